// A worker of the storm, as a process: the production worker's parts with a small cache, few places and quick deliveries.
import { Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../src/activities/activities';
import { loadAgents } from '../../src/activities/agents/registry';
import type { Mailer } from '../../src/activities/mail';
import { type Config, readConfig } from '../../src/config';
import { agentDirectory } from '../../src/config/agent-directory';
import { createCallbackTokens } from '../../src/outbound/callback-token';
import { createOutboundClient } from '../../src/outbound/http-client';
import { createSealer } from '../../src/outbound/seal';
import { TUNING } from '../../src/worker/worker';
import { hashOf } from '../random';
import { agentOf, outcomeOf } from './agents';
import { BUNDLE, ELSEWHERE } from './places';
import type { WorkerSettings } from './worker-settings';

/** Failed deliveries come again soon, so that a short run sees all of them. */
const DELIVERY_TIMES = { scale: 0.03, answerMs: 1_500 };
const SHUTDOWN_FORCE_MS = 8_000;
const ACTIVITIES_MAX = 200;

async function main(settings: WorkerSettings): Promise<void> {
  const config = readConfig(process.env);
  // It goes to the standard error, and from there into the worker's log.
  Runtime.install({ logger: new DefaultLogger('WARN') });
  const connection = await NativeConnection.connect({ address: config.temporal.connection.address });
  const workers = [await ours(config, connection, settings), await another(connection)];
  const stop = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.on('SIGTERM', stop);
  const ended = Promise.all(workers.map((worker) => worker.run()));
  process.stdout.write('polls\n');
  await ended;
  await connection.close();
}

async function ours(config: Config, connection: NativeConnection, settings: WorkerSettings): Promise<Worker> {
  const { cachedWorkflowsMax, stickyMs, tasksMax, localsMax, graceMs } = settings;
  const { workflowTaskPollerBehavior, nonStickyToStickyPollRatio, ...tuning } = TUNING;
  const polls =
    tasksMax === null
      ? { workflowTaskPollerBehavior, nonStickyToStickyPollRatio }
      : { maxConcurrentWorkflowTaskExecutions: tasksMax, maxConcurrentWorkflowTaskPolls: Math.max(2, tasksMax) };
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.taskQueue,
    workflowBundle: { codePath: BUNDLE },
    activities: await activitiesOf(config),
    maxConcurrentActivityTaskExecutions: ACTIVITIES_MAX,
    ...tuning,
    ...polls,
    ...(localsMax === null ? {} : { maxConcurrentLocalActivityExecutions: localsMax }),
    stickyQueueScheduleToStartTimeout: stickyMs,
    maxCachedWorkflows: cachedWorkflowsMax,
    shutdownGraceTime: graceMs,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
  });
}

async function activitiesOf(config: Config) {
  return createActivities({
    agents: await loadAgents(config.agents),
    allow: config.outboundAllow,
    directory: agentDirectory(config.agents),
    stepsMax: config.stepsMax,
    noteOutlasting: () => undefined,
    outbound: createOutboundClient({ allow: config.outboundAllow }),
    sealer: createSealer(config.secretKeys),
    callbacks: createCallbackTokens(config.secretKeys),
    publicUrl: config.publicUrl,
    mailer: MAILER,
    slack: null,
    times: DELIVERY_TIMES,
  });
}

/** Accepts most, some only when they come again, and some never. */
const MAILER: Mailer = {
  async send({ messageKey, recipients }) {
    const fate = hashOf(messageKey) % 11;
    if (fate === 0) return { kind: 'failed', message: 'no such person', isFinal: true };
    if (fate < 3 && Context.current().info.attempt === 1) return { kind: 'failed', message: 'later', isFinal: false };
    return { kind: 'accepted', accepted: recipients, rejected: [] };
  },
};

/** Somebody else's worker, with an agent of its own. */
function another(connection: NativeConnection): Promise<Worker> {
  const { taskQueue, activity } = ELSEWHERE;
  const run = async ({ agentId, stepId }: { readonly agentId: string; readonly stepId: string }) => {
    heartbeat();
    const agent = agentOf(agentId);
    await Context.current().sleep(agent.ms);
    const outcome = outcomeOf(agent, stepId, Context.current().info.attempt);
    if (outcome.kind === 'result') return outcome.result;
    const message = 'the agent of the storm fails as planned';
    throw outcome.isFinal ? ApplicationFailure.nonRetryable(message) : new Error(message);
  };
  return Worker.create({ connection, taskQueue, activities: { [activity]: run }, shutdownGraceTime: '2s' });
}

// Whoever started it is gone.
process.stdin.on('end', () => process.exit(0)).resume();

main(JSON.parse(process.argv[2] ?? '{}')).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

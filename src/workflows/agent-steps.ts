// Runs agents for the engine: as a local activity where that is safe and the agent is quick, else as an activity.
// Retries, time-outs and heartbeats are Temporal's; what comes back becomes an input.

import { CancellationScope, isCancellation, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { AgentNode } from '../definition/definition';
import { isDeeper, type Json, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { wholeJson } from '../definition/whole-characters';
import type { RunAgent } from '../engine/effect';
import type { Plan } from '../engine/run';
import {
  type AgentFailureReport,
  type AgentOutcome,
  agentFailed,
  failed,
  failureOf,
  inputOf,
  reportIn,
  succeeded,
  type UntimedReport,
  untimedFailureOf,
} from './agent-outcome';
import {
  type Activities,
  type AgentReport,
  type AgentTask,
  previousAttemptsOf,
  tooDeepMessage,
} from './contract/activities';
import type { ExecutionContext, TaskQueueAgent } from './contract/execution';
import { idempotencyKeyOf } from './contract/ids';
import { asWritten, summaryOf } from './contract/operator-text';
import type { WorkReport } from './shell';
import type { TaskRoom } from './task-room';
import { HEARTBEAT_TIMEOUT, type Retaking, retaking, untilAWorkerLives } from './worker-death';

/**
 * A quick agent that takes longer, its wait for a place included, goes on as an ordinary activity. It must have ended well
 * before four fifths of the workflow task's time-out: the SDK prolongs the task then, and what happens in the task after it
 * may replay in another order (docs/decisions/0098-local-agents-end-before-their-task.md).
 */
const LOCAL_RUNTIME_MS_MAX = 1_500;
/** The agent's own time-out acts first; this is for an agent that blocks the worker's thread. */
const TIMEOUT_GRACE_MS = 10_000;

/** Agents of other workers send their heartbeats by themselves, so they are given a little longer. */
const ELSEWHERE_HEARTBEAT_TIMEOUT = '10s';
/**
 * What Temporal takes of one activity. A call holds more than its request: a root's the triggerContext twice, for it is the step's
 * input too, and that of a loop's further iteration the attempts before, which its input holds as well.
 */
const CALL_BYTES_MAX = 2 * 1024 * 1024 - 4_096;

const { checkAgentUrl } = proxyActivities<Pick<Activities, 'checkAgentUrl'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
  summary: 'is the URL allowed',
});

/** Which agents are quick, and which other workers run: fixed at dispatch. */
type AgentRoutes = Pick<
  ExecutionContext,
  | 'quickAgents'
  | 'taskQueueAgents'
  | 'keepsTasksSmall'
  | 'outlivesShutdowns'
  | 'outlivesResets'
  | 'checksReports'
  | 'countsWholeCalls'
  | 'retakesLocals'
>;

interface Again extends Retaking {
  /** False in executions from before this was so, like the next one. */
  readonly checksReports: boolean;
  readonly countsWholeCalls: boolean;
  readonly retakesLocals: boolean;
}

/** What asking for an agent takes of a task's answer, at most, in bytes: a call of another worker may hold twice what its request has. */
export function agentBytes({ taskQueueAgents, countsWholeCalls }: AgentRoutes): (effect: RunAgent) => number {
  const elsewhere = new Set(countsWholeCalls ? taskQueueAgents.map(({ agentId }) => agentId) : []);
  return ({ request, isRepeat, requestBytes }) => {
    const holdsTwice = elsewhere.has(request.agentId) && (request.input === null || isRepeat);
    return holdsTwice ? 2 * requestBytes : requestBytes;
  };
}

export interface AgentRunner {
  /** Rejects only when it is cancelled. */
  run(effect: RunAgent, mayRunLocally: boolean): Promise<WorkReport>;
  /** Whether a quick agent runs within the workflow task just now. */
  isLocalAtWork(): boolean;
}

export function agentRunner(plan: Plan, routes: AgentRoutes, room: TaskRoom): AgentRunner {
  const { quickAgents, taskQueueAgents, keepsTasksSmall, checksReports, countsWholeCalls, retakesLocals } = routes;
  const bytesOf = agentBytes(routes);
  const quick = new Set(quickAgents);
  const elsewhere = new Map(taskQueueAgents.map((agent) => [agent.agentId, agent]));
  const mustFit = keepsTasksSmall === true;
  const locals = { atWork: 0 };

  function run(effect: RunAgent, mayRunLocally: boolean): Promise<WorkReport> {
    const { nodeId, request, isRepeat, requestBytes } = effect;
    const node = plan.graph.nodes.get(nodeId);
    if (node?.type !== 'agent') throw new Error(`node ${nodeId} is not an agent`);
    const { stepId, agentId } = request;
    const task = { request, isRepeat, maxRuntimeMs: node.config.agentMaxRuntimeMs, attemptsBefore: 0 };
    const route = elsewhere.get(agentId);
    const isLocal = mayRunLocally && quick.has(agentId);
    const again = {
      ...retaking(routes, () => room.waitFor(bytesOf(effect))),
      checksReports: checksReports === true,
      countsWholeCalls: countsWholeCalls === true,
      retakesLocals: retakesLocals === true,
    };
    const outcome = route
      ? runElsewhere(node, task, { route, requestBytes, mustFit }, again)
      : isLocal
        ? runLocally(node, task, again, locals)
        : runRemotely(node, task, again);
    return outcome.then((it) => ({ input: inputOf(stepId, it), origin: it.origin }));
  }

  return { run, isLocalAtWork: () => locals.atWork > 0 };
}

async function runLocally(
  node: AgentNode,
  task: AgentTask,
  again: Again,
  locals: { atWork: number },
): Promise<AgentOutcome> {
  const isBounded = node.config.agentMaxRuntimeMs <= LOCAL_RUNTIME_MS_MAX;
  const { runAgent } = proxyLocalActivities<Pick<Activities, 'runAgent'>>({
    scheduleToCloseTimeout: LOCAL_RUNTIME_MS_MAX + (isBounded ? 1_000 : 0),
    retry: { maximumAttempts: 1 },
    summary: labelOf(node),
  });
  locals.atWork += 1;
  try {
    return succeeded(await runAgent(task), 'local');
  } catch (error) {
    const isOwnCancel = CancellationScope.current().consideredCancelled || !again.retakesLocals;
    if (isCancellation(error) && isOwnCancel) throw error;
    // Nobody asked for it: the SDK's core cancels what runs for an execution that it forgets (decision 0003).
    if (isCancellation(error)) return runRemotely(node, task, again);
    const failure = failureOf(error);
    if (failure.isFinal) return failed(failure, 'local');
    const attemptsBefore = failure.isAttempt ? 1 : 0;
    if (attemptsBefore >= node.config.retry.maxAttempts) return failed(failure, 'local');
    // It was counted when it began, most likely in the same workflow task.
    const outlasted = failure.isAttempt ? {} : { outlastedLocally: true as const };
    return runRemotely(node, { ...task, ...outlasted, attemptsBefore }, again);
  } finally {
    locals.atWork -= 1;
  }
}

function runRemotely(node: AgentNode, task: AgentTask, again: Again): Promise<AgentOutcome> {
  const run = (next: AgentTask) => {
    const { runAgent } = proxyActivities<Pick<Activities, 'runAgent'>>({
      startToCloseTimeout: node.config.agentMaxRuntimeMs + TIMEOUT_GRACE_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      retry: retryOf(node, next),
      // On replay Temporal compares ids and not inputs: so the order in which agents are asked is part of what is compared.
      activityId: next.request.stepId,
      summary: labelOf(node),
    });
    return again.checksReports ? runAgent(next).then(reportIn) : runAgent(next);
  };
  return reported(node, task, again, { run, failureIn: failureOf });
}

/** An activity of another worker, perhaps in another language; it must send heartbeats as ours do (docs/agents.md). */
async function runElsewhere(
  node: AgentNode,
  task: AgentTask,
  {
    route,
    requestBytes,
    mustFit,
  }: { readonly route: TaskQueueAgent; readonly requestBytes: number; readonly mustFit: boolean },
  again: Again,
): Promise<AgentOutcome> {
  const { request } = task;
  const isFromContext = request.url !== null && node.config.url === undefined;
  try {
    // A URL in the definition was checked when that was written; one that came with the dispatch is checked now.
    if (isFromContext && request.url !== null) {
      await checkAgentUrl(request.url);
      const turn = again.room();
      if (turn) await turn;
    }
  } catch (error) {
    if (isCancellation(error)) throw error;
    return failed(failureOf(error), 'recorded');
  }
  const input = request.input ?? request.triggerContext;
  const call = {
    ...request,
    input,
    idempotencyKey: idempotencyKeyOf(request),
    ...previousAttemptsOf(task),
  };
  const isMeasured = request.input === null || (again.countsWholeCalls && 2 * requestBytes > CALL_BYTES_MAX);
  if (mustFit && isMeasured) {
    const bytes = jsonBytes(call as unknown as Json);
    if (bytes > CALL_BYTES_MAX) return failed(tooLarge(bytes, request.input === null), 'recorded');
  }
  const run = async (next: AgentTask): Promise<UntimedReport> => {
    const activities = proxyActivities<Record<string, (call: JsonObject) => Promise<JsonObject>>>({
      taskQueue: route.taskQueue,
      startToCloseTimeout: node.config.agentMaxRuntimeMs,
      heartbeatTimeout: ELSEWHERE_HEARTBEAT_TIMEOUT,
      // Passing the time is final (contract 2 section 2); our own agents are told so by their worker.
      retry: { ...retryOf(node, next), nonRetryableErrorTypes: ['TemporalTimeout:StartToClose'] },
      activityId: request.stepId,
      summary: labelOf(node),
    });
    const activity = activities[route.activity] as (call: JsonObject) => Promise<JsonObject>;
    const result = objectIn(await activity(call as unknown as JsonObject), route);
    if (mustFit && isDeeper(result, LIMITS.jsonDepthMax)) throw agentFailed(tooDeepMessage(route.agentId));
    return { result: again.checksReports ? wholeJson(result) : result, endedAt: null };
  };
  return reported(node, task, again, { run, failureIn: again.checksReports ? untimedFailureOf : failureOf });
}

const tooLarge = (bytes: number, isRoot: boolean): AgentFailureReport => ({
  code: 'input-too-large',
  message: `The agent's call would be ${bytes} bytes, for it holds the ${isRoot ? 'triggerContext' : 'previous attempts'} twice; at most ${CALL_BYTES_MAX} are possible.`,
  endedAt: null,
  isFinal: true,
  isAttempt: false,
});

/** What another worker returns is checked as ours is, before it becomes an output. */
function objectIn(result: unknown, { agentId }: TaskQueueAgent): JsonObject {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) return result as JsonObject;
  throw agentFailed(`Agent "${agentId}" must return an object.`);
}

const retryOf = ({ config: { retry } }: AgentNode, { attemptsBefore }: AgentTask) => ({
  maximumAttempts: Math.max(1, retry.maxAttempts - attemptsBefore),
  initialInterval: retry.initialIntervalMs,
  backoffCoefficient: retry.backoffCoefficient,
});

interface Asked {
  readonly run: (task: AgentTask) => Promise<AgentReport | UntimedReport>;
  readonly failureIn: (error: unknown) => AgentFailureReport;
}

async function reported(
  node: AgentNode,
  task: AgentTask,
  again: Retaking,
  { run, failureIn }: Asked,
): Promise<AgentOutcome> {
  try {
    const report = await untilAWorkerLives(task, { maxAttempts: node.config.retry.maxAttempts, ...again }, run);
    return succeeded(report, report.endedAt === null ? 'recorded' : 'timed');
  } catch (error) {
    if (isCancellation(error)) throw error;
    return failed(failureIn(error), 'recorded');
  }
}

const labelOf = (node: AgentNode): string => summaryOf(`${node.nodeId} · ${asWritten(node.config.agentId)}`);

// Puts the worker together from the configuration, and runs it.
import { createActivities } from '../activities/activities';
import { loadAgents } from '../activities/agents/registry';
import { createMailer } from '../activities/mail';
import { createSlackChannels } from '../activities/slack';
import { type Config, warnOfOutboundAllow } from '../config';
import { agentDirectory } from '../config/agent-directory';
import { ConfigError } from '../config/config-error';
import type { Running } from '../lifecycle';
import type { Logger } from '../logger';
import { createCallbackTokens } from '../outbound/callback-token';
import { createOutboundClient } from '../outbound/http-client';
import { createSealer } from '../outbound/seal';
import { connectWorker } from '../temporal/connect';
import { dataConverterOf } from '../temporal/payload-codec';
import { installRuntime } from '../temporal/runtime';
import { BUNDLE_PATH } from './bundle';
import { counted } from './outbound-metrics';
import { outlastingAgents } from './outlasting-agents';
import { createWorker } from './worker';

/** Connects, waits for Temporal if need be, and polls; stops by draining its tasks within a bounded time. */
export async function startWorker(config: Config, logger: Logger, stopping: AbortSignal): Promise<Running> {
  await installRuntime(logger);
  warnOfOutboundAllow(config, logger);
  const agents = await loadAgents(config.agents).catch((error: unknown) => {
    throw new ConfigError(`AGENTS_FILE: ${error instanceof Error ? error.message : String(error)}.`);
  });
  const connection = await connectWorker(config.temporal, logger, stopping);
  const worker = await createWorker({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.taskQueue,
    dataConverter: dataConverterOf(config),
    bundlePath: BUNDLE_PATH,
    cachedWorkflowsMax: config.cachedWorkflowsMax,
    activities: createActivities({
      agents,
      allow: config.outboundAllow,
      directory: agentDirectory(config.agents),
      stepsMax: config.stepsMax,
      noteOutlasting: outlastingAgents(logger),
      outbound: counted(createOutboundClient({ allow: config.outboundAllow })),
      sealer: createSealer(config.secretKeys),
      callbacks: createCallbackTokens(config.secretKeys),
      publicUrl: config.publicUrl,
      mailer: config.mail === null ? null : createMailer(config.mail),
      slack: config.slack === null ? null : createSlackChannels(config.slack),
    }),
  }).catch(async (error: unknown) => {
    await connection.close();
    throw unlessNoNamespace(error, config.temporal.namespace);
  });
  const ended = worker.run();
  return {
    failed: ended.then(() => new Promise<never>(() => {})),
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await ended.catch(() => undefined);
      await connection.close();
    },
  };
}

function unlessNoNamespace(error: unknown, namespace: string): unknown {
  if (!(error instanceof Error) || !error.message.includes('NamespaceNotFound')) return error;
  return new ConfigError(
    `TEMPORAL_NAMESPACE is "${namespace}", and Temporal has no such namespace; create it with: temporal operator namespace create --namespace ${namespace} --retention 30d.`,
  );
}

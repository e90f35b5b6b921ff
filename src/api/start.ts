// Puts the API together from the configuration and a Temporal client, and serves it.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import type { Config } from '../config';
import { agentDirectory } from '../config/agent-directory';
import { ConfigError } from '../config/config-error';
import type { Logger } from '../logger';
import { createCallbackTokens } from '../outbound/callback-token';
import { createSealer } from '../outbound/seal';
import { targetForLog } from '../temporal/connect';
import { payloadCodec } from '../temporal/payload-codec';
import { checkReadiness, type Readiness } from '../temporal/readiness';
import { ensureSearchAttributes } from '../temporal/search-attributes';
import { type AppDependencies, createApp } from './app';
import { sessionTokens } from './conductor/session-token';
import { createDefinitionStore } from './definitions/store';
import { createGate, type GateLimits, gateLimits } from './edge/gate';
import { onlyByOwnName, warnOfKnownCredentials } from './edge/own-names';
import { createDeliveryGateway } from './executions/deliveries';
import { createExecutionGateway } from './executions/gateway';
import { createExecutionLister } from './executions/listing';
import { createCursors } from './page';
import { reloadableKeys } from './reloadable-keys';
import { createReviewerInbox } from './reviews/inbox';
import { listen, type RunningServer } from './server';

export interface ApiParts {
  readonly config: Config;
  readonly client: Client;
  readonly logger: Logger;
  /** What readiness must wait for beside Temporal and a worker: a sentence, or null. */
  readonly alsoMissing?: () => string | null;
  /** Other limits than those of the configuration. */
  readonly limits?: GateLimits;
}

export interface RunningApi extends RunningServer {
  readonly readiness: () => Promise<Readiness>;
}

const RETRY_MS = 1_000;
const REGISTER_MS_MAX = 3_000;

/** Serves at once, also while Temporal is away: readiness and every answer say what is missing. */
export async function startApi({ config, client, logger, ...rest }: ApiParts): Promise<RunningApi> {
  const { alsoMissing = () => null, limits = gateLimits(config.requestsPerSecond) } = rest;
  warnOfKnownCredentials(config, logger);
  const agents = agentDirectory(config.agents);
  const keys = reloadableKeys(config, logger);
  const registration = registering({ config, client, logger });

  const readiness = async (): Promise<Readiness> => {
    const { missing } = await checkReadiness(client, config.taskQueue);
    const all = [alsoMissing(), ...missing, registration.missing()].filter((sentence) => sentence !== null);
    return { ready: all.length === 0, missing: all };
  };
  const sealer = createSealer(config.secretKeys);
  const cursors = createCursors(sealer);
  const executions = createExecutionGateway(client, config.taskQueue);
  const app = createApp({
    gate: createGate(keys, limits, logger),
    dialectAccess: keys.dialects,
    conductorSessions: sessionTokens(config.secretKeys),
    definitions: createDefinitionStore({ client, taskQueue: config.taskQueue, cursors }),
    executions,
    deliveries: createDeliveryGateway(client, { taskQueue: config.taskQueue, executions }),
    executionLists: createExecutionLister(client, cursors),
    inbox: createReviewerInbox({ client, taskQueue: config.taskQueue, cursors }),
    sealer,
    callbacks: createCallbackTokens(config.secretKeys),
    allow: config.outboundAllow,
    agents,
    stepsMax: config.stepsMax,
    readiness,
    onlyByOwnName: onlyByOwnName(config),
    codec: codecOf(config),
    logger,
  });
  const stopWatching = () => {
    keys.stop();
    return registration.stop();
  };
  const server = await listen(app, config.host, config.port).catch(async (error: unknown) => {
    await stopWatching();
    throw error;
  });
  return {
    url: server.url,
    readiness,
    async close() {
      await Promise.all([stopWatching(), server.close()]);
    },
  };
}

/** There is an endpoint as soon as somebody may use it, also after the codec was switched off: old payloads stay. */
function codecOf({ secretKeys, payloadCodec: access }: Config): AppDependencies['codec'] {
  return access.tokens.length === 0 ? null : { codec: payloadCodec(secretKeys), access };
}

const NOT_REGISTERED = 'The search attributes are not registered yet.';

interface Registration {
  /** A sentence, until it is done. */
  readonly missing: () => string | null;
  /** Resolves when its last call has ended: before that the connection must not be closed. */
  stop(): Promise<void>;
}

function registering(parts: Pick<ApiParts, 'config' | 'client' | 'logger'>): Registration {
  const stopped = new AbortController();
  let missing: string | null = NOT_REGISTERED;
  const onFailure = (error: unknown): void => {
    // What only an operator can mend is said where operators look.
    missing = error instanceof ConfigError ? error.message : NOT_REGISTERED;
  };
  const ended = register({ ...parts, onFailure, signal: stopped.signal }).then(() => {
    missing = null;
  });
  return {
    missing: () => missing,
    stop() {
      stopped.abort();
      return ended;
    },
  };
}

interface Registering extends Pick<ApiParts, 'config' | 'client' | 'logger'> {
  readonly onFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Registers the search attributes as soon as Temporal is there. */
async function register({ config, client, logger, onFailure, signal }: Registering): Promise<void> {
  let isFirst = true;
  while (!signal.aborted) {
    try {
      return await client.withDeadline(Date.now() + REGISTER_MS_MAX, () =>
        ensureSearchAttributes(client.connection as Connection, config.temporal.namespace),
      );
    } catch (error) {
      onFailure(error);
      if (isFirst)
        logger.warn(
          { ...targetForLog(config.temporal), reason: (error as Error).message },
          'search attributes not registered yet; trying again',
        );
      isFirst = false;
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

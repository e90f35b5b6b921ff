// Connections to Temporal: a lazy one for the API, which must start while Temporal is away, and the worker's own.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, defaultGrpcRetryOptions } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker/lib/connection';
import type { TemporalTarget } from '../config/temporal-target';
import type { Logger } from '../logger';
import { askingAgain, type Execution } from './asked-again';
import { coreConnection, type RetryPolicy } from './core-connection';
import { describeRun, isOpen } from './described-run';
import { isRefused, isTooManyUpdates } from './grpc';
import { sayingWhenSent } from './sent-times';

/** Retries of one call end after about two seconds, so that the caller learns that Temporal is away, and when to ask again. */
const ATTEMPTS_MAX = 5;
/**
 * What passes within one workflow task: a workflow holds one query while its task runs, takes no update while it continues as
 * new, and drops one when an activity ends just when it does (its update id tells a repeat); other calls may have it just then. The
 * SDK would wait a second, or give up.
 */
const BUSY_WORKFLOW = /query buffer|workflow is (busy|closing)|unexpected workflow task failure/i;
const BUSY_DELAY_MS = 15;
const BUSY_ATTEMPTS_MAX = 100;

/** Connects with the first call. Calls are bounded by their deadline, not by this. */
export function createClient({ connection, namespace }: TemporalTarget, dataConverter: DataConverter = {}): Client {
  const hasClosed = async (execution: Execution): Promise<boolean> => {
    const run = await describeRun(client, execution);
    return run !== null && !isOpen(run.status);
  };
  const core = coreConnection(connection, retries());
  const client = new Client({
    connection: core,
    namespace,
    dataConverter,
    interceptors: { workflow: [sayingWhenSent, askingAgain(core, hasClosed)] },
  });
  return client;
}

/** Which failed calls the API's client makes again, and after how many milliseconds. */
export function retries(): RetryPolicy {
  const usual = defaultGrpcRetryOptions({ maxAttempts: ATTEMPTS_MAX });
  const isBusy = ({ message }: { readonly message: string }) => BUSY_WORKFLOW.test(message);
  return {
    delayMs: (attempts, failure) => (isBusy(failure) ? BUSY_DELAY_MS : usual.delayFunction(attempts, failure)),
    isRetried: (attempts, failure) => {
      // Sent again at once it would throw out others, again and again: it waits for its turn (./turns.ts).
      if (isTooManyUpdates(failure)) return false;
      return isBusy(failure) ? attempts < BUSY_ATTEMPTS_MAX : usual.retryableDecider(attempts, failure);
    },
  };
}

const RETRY_MS_MAX = 5_000;
const SAY_AGAIN_MS = 60_000;

/** For a log: an error of the connection does not say that one side has TLS and the other has not. */
export function targetForLog({ connection }: TemporalTarget): { readonly address: string; readonly tls: 'on' | 'off' } {
  return { address: connection.address, tls: connection.tls ? 'on' : 'off' };
}

/** Tries until Temporal is there; says so at once, and once a minute while it lasts. Ends with the signal. */
export async function connectWorker(
  target: TemporalTarget,
  logger: Logger,
  signal: AbortSignal,
): Promise<NativeConnection> {
  let saidAt = Number.NEGATIVE_INFINITY;
  for (let wait = 100; ; wait = Math.min(wait * 2, RETRY_MS_MAX)) {
    try {
      return await NativeConnection.connect(target.connection);
    } catch (error) {
      if (Date.now() - saidAt >= SAY_AGAIN_MS) {
        saidAt = Date.now();
        const reason = error instanceof Error ? error.message : String(error);
        const what = isRefused(error) ? 'Temporal refuses the credentials' : 'Temporal cannot be reached yet';
        logger.warn({ ...targetForLog(target), reason }, `${what}; trying again`);
      }
    }
    await sleep(wait, undefined, { signal });
  }
}

// Work that ends with its worker is taken up again: neither a missed heartbeat nor a worker that is shut down is a failure of
// what was called (decision 0003). Nor is that an operator has reset it (decision 0121).
import { RetryState, TimeoutType } from '@temporalio/common';
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { ReplayRules } from './contract/replay-rules';

/** Our activities send a heartbeat every second, so a dead worker costs seconds. */
export const HEARTBEAT_TIMEOUT = '5s';
/** How often work is taken up again after its last attempt died with its worker: it may be what kills them. */
const WORKER_DEATHS_MAX = 5;
/** Work of a day may see many workers go in order. */
const SHUTDOWNS_MAX = 100;
/** An operator resets by hand; a program of another worker may give its failures the same type, time and again. */
const RESETS_MAX = 100;
/** Each time the history has the whole request once more, and Temporal ends a workflow at 50 MiB. */
const HISTORY_BYTES_MAX = 20 * 1024 * 1024;
/** The SDK's core fails with it what has not ended when a worker's time to shut down is over. */
const SHUTDOWN = 'WorkerShutdown';
/** The SDK fails with it an attempt under way that an operator has reset; Temporal counts that attempt, and the last one is the end. */
const RESET = 'ActivityReset';

/** How work is taken up again, whatever it is. */
export interface Retaking {
  /** Null, or resolves, when there is room to ask for it once more. */
  readonly room: () => Promise<void> | null;
  /** False in executions from before this was so: there it counted as a failure. */
  readonly outlivesShutdowns: boolean;
  /** The same. */
  readonly outlivesResets: boolean;
}

/** As the rules of its execution have it. */
export const retaking = (
  { outlivesShutdowns, outlivesResets }: Pick<ReplayRules, 'outlivesShutdowns' | 'outlivesResets'>,
  room: Retaking['room'],
): Retaking => ({ room, outlivesShutdowns: outlivesShutdowns === true, outlivesResets: outlivesResets === true });

interface Options extends Retaking {
  readonly maxAttempts: number;
}

/**
 * Runs it, with one more attempt for each worker's end that used up the last one, and from the first attempt on where an operator
 * has reset the last one. Rejects with the last failure.
 */
export async function untilAWorkerLives<T extends { readonly attemptsBefore: number }, R>(
  task: T,
  { maxAttempts, room, ...rules }: Options,
  run: (task: T) => Promise<R>,
): Promise<R> {
  const isTakenUp = takingUp(rules);
  for (let next = task; ; ) {
    try {
      return await run(next);
    } catch (error) {
      if (isCancellation(error) || !isTakenUp(error)) throw error;
      // The attempts are used up, the last one by no fault of its own: it gets one more, with a number of its own. After a reset all begins
      // anew, as Temporal has it for an attempt that is not the last one.
      const attemptsBefore = wasReset(error) ? 0 : Math.max(maxAttempts, next.attemptsBefore + 1);
      next = { ...next, attemptsBefore };
      const turn = room();
      if (turn) await turn;
    }
  }
}

/** Tells, of one failure after the other, whether the work is taken up once more. */
function takingUp({ outlivesShutdowns, outlivesResets }: Omit<Retaking, 'room'>): (error: unknown) => boolean {
  let deaths = 0;
  let shutdowns = 0;
  let resets = 0;
  return (error) => {
    if (diedWithItsWorker(error)) return ++deaths <= WORKER_DEATHS_MAX;
    const isAffordable = workflowInfo().historySize < HISTORY_BYTES_MAX;
    if (outlivesResets && wasReset(error)) return isAffordable && ++resets <= RESETS_MAX;
    return outlivesShutdowns && wasShutDown(error) && isAffordable && ++shutdowns <= SHUTDOWNS_MAX;
  };
}

export function diedWithItsWorker(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === TimeoutType.HEARTBEAT &&
    error.retryState !== RetryState.CANCEL_REQUESTED
  );
}

const wasShutDown = (error: unknown): boolean => failedAs(SHUTDOWN, error);
const wasReset = (error: unknown): boolean => failedAs(RESET, error);

const failedAs = (type: string, error: unknown): boolean =>
  error instanceof ActivityFailure &&
  error.cause instanceof ApplicationFailure &&
  error.cause.type === type &&
  error.retryState !== RetryState.CANCEL_REQUESTED;

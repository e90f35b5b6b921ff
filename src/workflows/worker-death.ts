// Work that dies with its worker is taken up again: a missed heartbeat is no failure of what was called (decision 0003).
import { RetryState, TimeoutType } from '@temporalio/common';
import { ActivityFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';

/** Our activities send a heartbeat every second, so a dead worker costs seconds. */
export const HEARTBEAT_TIMEOUT = '5s';
/** How often work is taken up again after its last attempt died with its worker. */
const WORKER_DEATHS_MAX = 5;

export interface Retaking {
  readonly maxAttempts: number;
  /** Null, or resolves, when there is room to ask for it once more. */
  readonly room: () => Promise<void> | null;
}

/** Runs it, with one more attempt for each worker's death that used up the last one. Rejects with the last failure. */
export async function untilAWorkerLives<T extends { readonly attemptsBefore: number }, R>(
  task: T,
  { maxAttempts, room }: Retaking,
  run: (task: T) => Promise<R>,
): Promise<R> {
  for (let next = task, deaths = 0; ; deaths++) {
    try {
      return await run(next);
    } catch (error) {
      if (isCancellation(error) || !diedWithItsWorker(error) || deaths === WORKER_DEATHS_MAX) throw error;
      // The attempts are used up, the last one by no fault of its own: it gets one more, with a number of its own.
      next = { ...next, attemptsBefore: Math.max(maxAttempts, next.attemptsBefore + 1) };
      const turn = room();
      if (turn) await turn;
    }
  }
}

export function diedWithItsWorker(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === TimeoutType.HEARTBEAT &&
    error.retryState !== RetryState.CANCEL_REQUESTED
  );
}

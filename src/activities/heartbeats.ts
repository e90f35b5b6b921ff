// While an activity works its worker says so, so that another one takes over within seconds of its death.
import { Context } from '@temporalio/activity';

export const HEARTBEAT_INTERVAL_MS = 1_000;

/** Rejects as soon as the activity is cancelled: nobody waits for its end any more. */
export async function withHeartbeats<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  try {
    return await Promise.race([work(), context.cancelled]);
  } finally {
    clearInterval(timer);
  }
}

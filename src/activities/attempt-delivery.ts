// The activity that makes one further attempt to deliver an event. That it failed is its result: Temporal repeats it only
// when the worker died under it, and such a death is no attempt.
import { Context } from '@temporalio/activity';
import type { AttemptOutcome, DeliveryAttempt } from '../workflows/contract';
import { type DeliveryDependencies, sendOnce } from './delivery';

/** An attempt takes ten seconds at most, so one that hangs sends one. */
const HEARTBEAT_INTERVAL_MS = 5_000;

export function attemptDeliveryActivity(dependencies: DeliveryDependencies) {
  return async function attemptDelivery(attempt: DeliveryAttempt): Promise<AttemptOutcome> {
    const context = Context.current();
    const timer = setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
    try {
      return await sendOnce(dependencies, attempt, attempt);
    } finally {
      clearInterval(timer);
    }
  };
}

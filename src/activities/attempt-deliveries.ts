// The activities that make further attempts to deliver events. That one failed is their result: Temporal repeats them only
// when the worker died under them, and such a death is no attempt.
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttemptOutcome, DeliveryAttempt, DeliveryAttempts } from '../workflows/contract/deliveries';
import { type DeliveryDependencies, sendOnce } from './delivery';
import { resumeProgress } from './delivery-progress';

/** Each at its own time, none waits for another; the outcomes are in the order of `due`. */
export function attemptDeliveriesActivity(dependencies: DeliveryDependencies) {
  return async function attemptDeliveries({ due, ...target }: DeliveryAttempts): Promise<readonly AttemptOutcome[]> {
    const progress = resumeProgress();
    try {
      return await Promise.all(
        due.map(async (next): Promise<AttemptOutcome> => {
          const { seq } = next.event;
          const at = progress.delivered.get(seq);
          if (at !== undefined) return { kind: 'delivered', at };
          if (next.delayMs) await sleep(next.delayMs);
          const outcome = await sendOnce(dependencies, target, next);
          if (outcome.kind === 'delivered') progress.add(seq, outcome.at);
          return outcome;
        }),
      );
    } finally {
      progress.stop();
    }
  };
}

/** One alone, and all of runs from before there were batches. */
export function attemptDeliveryActivity(dependencies: DeliveryDependencies) {
  const attemptDeliveries = attemptDeliveriesActivity(dependencies);
  return async function attemptDelivery({
    event,
    attempts,
    tries,
    ...target
  }: DeliveryAttempt): Promise<AttemptOutcome> {
    const [outcome] = await attemptDeliveries({ ...target, due: [{ event, attempts, tries }] });
    return outcome as AttemptOutcome;
  };
}

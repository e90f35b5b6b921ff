// The activity that makes one further attempt; Temporal's retry policy makes the schedule (contract 3 section 1).
import { ApplicationFailure, Context } from '@temporalio/activity';
import type { DeliveryAttempt } from '../workflows/contract';
import { type DeliveryDependencies, sendOnce } from './delivery';

export function attemptDeliveryActivity(dependencies: DeliveryDependencies) {
  return async function attemptDelivery({ event, ...target }: DeliveryAttempt): Promise<void> {
    const { eventId, body, attempts } = event;
    const attempt = attempts + Context.current().info.attempt - 1;
    const outcome = await sendOnce(dependencies, target, { eventId, body, attempt });
    if (outcome.kind === 'delivered') return;
    const { lastError, isFinal, retryAfterMs } = outcome;
    throw ApplicationFailure.create({
      type: isFinal ? 'destination-forbidden' : 'delivery-failed',
      message: lastError,
      nonRetryable: isFinal,
      ...(retryAfterMs === null ? {} : { nextRetryDelay: retryAfterMs }),
    });
  };
}

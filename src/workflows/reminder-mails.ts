// Sends the mail of a reminder, as an activity that Temporal retries; the step waits on, whatever becomes of it.
import { isCancellation, proxyActivities } from '@temporalio/workflow';
import type { SendReminder } from '../engine/effect';
import type { Activities } from './contract';
import { HEARTBEAT_TIMEOUT, untilAWorkerLives } from './worker-death';

const ATTEMPTS_MAX = 5;

/** Rejects only when it is cancelled. */
export async function sendReminder({ nodeId, n, request }: SendReminder): Promise<void> {
  try {
    await untilAWorkerLives({ request, n, attemptsBefore: 0 }, ATTEMPTS_MAX, (next) => {
      const activities = proxyActivities<Pick<Activities, 'sendReminder'>>({
        startToCloseTimeout: '2m',
        heartbeatTimeout: HEARTBEAT_TIMEOUT,
        retry: {
          maximumAttempts: Math.max(1, ATTEMPTS_MAX - next.attemptsBefore),
          initialInterval: '1s',
          backoffCoefficient: 4,
        },
        // Compared on replay, as those of agents are.
        activityId: `${request.stepId}:reminder-${n}`,
        summary: `${nodeId} · reminder ${n}`,
      });
      return activities.sendReminder(next);
    });
  } catch (error) {
    // What went wrong stands in the history, at its activity.
    if (isCancellation(error)) throw error;
  }
}

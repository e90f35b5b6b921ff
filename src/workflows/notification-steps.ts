// Sends the messages of notification nodes, as an activity that Temporal retries (contract 4 section 3).
import { ActivityFailure, ApplicationFailure, isCancellation, proxyActivities } from '@temporalio/workflow';
import type { SendNotification } from '../engine/effect';
import type { StepError } from '../engine/run';
import { type Activities, NOTIFICATION_FAILURE_CODES } from './contract';
import type { WorkReport } from './shell';
import { HEARTBEAT_TIMEOUT, untilAWorkerLives } from './worker-death';

const ATTEMPTS_MAX = 5;

/** Rejects only when it is cancelled. */
export async function sendNotification({ nodeId, request }: SendNotification): Promise<WorkReport> {
  const { stepId } = request;
  try {
    const output = await untilAWorkerLives({ request, attemptsBefore: 0 }, ATTEMPTS_MAX, (next) => {
      const activities = proxyActivities<Pick<Activities, 'sendNotification'>>({
        startToCloseTimeout: '2m',
        heartbeatTimeout: HEARTBEAT_TIMEOUT,
        retry: {
          maximumAttempts: Math.max(1, ATTEMPTS_MAX - next.attemptsBefore),
          initialInterval: '1s',
          backoffCoefficient: 4,
        },
        // Compared on replay, as those of agents are.
        activityId: stepId,
        summary: `${nodeId} · ${request.message.channel}`,
      });
      return activities.sendNotification(next);
    });
    return { input: { kind: 'notification-sent', at: Date.now(), stepId, output }, origin: 'recorded' };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = { kind: 'notification-failed', at: Date.now(), stepId, error: failureOf(error) } as const;
    return { input: failure, origin: 'recorded' };
  }
}

function failureOf(error: unknown): StepError {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure)) {
    return { code: 'notification-failed', message: 'The message could not be sent in time.' };
  }
  const code = NOTIFICATION_FAILURE_CODES.find((known) => known === cause.type) ?? 'notification-failed';
  return { code, message: cause.message };
}

// Sends the messages of notification nodes (contract 4 section 3).
import { ActivityFailure, ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { SendNotification } from '../engine/effect';
import type { StepError } from '../engine/run';
import { NOTIFICATION_FAILURE_CODES } from './contract/activities';
import type { ExecutionContext } from './contract/execution';
import { sendMessage } from './message-activities';
import { timeOfNews } from './news-in-turn';
import { isOutput, noResult, toldAtIn, toldIn } from './results';
import type { WorkReport } from './shell';
import type { TaskRoom } from './task-room';
import { retaking } from './worker-death';

/** Rejects only when it is cancelled. */
export async function sendNotification(
  { nodeId, request, requestBytes }: SendNotification,
  context: ExecutionContext,
  room: TaskRoom,
): Promise<WorkReport> {
  const { stepId } = request;
  try {
    const labels = { activityId: stepId, summary: `${nodeId} · ${request.message.channel}` };
    const again = retaking(context, () => room.waitFor(requestBytes));
    const task = { request, attemptsBefore: 0, ...(context.keepsTimes && { tellsTime: context.keepsTimes }) };
    const answer = await sendMessage(task, labels, again, (activities, next) => activities.sendNotification(next));
    const { result: output, endedAt } = toldIn(answer, task);
    if (context.checksReports && !isOutput(output)) throw noResult('an object');
    return { input: { kind: 'notification-sent', at: timeOfNews(endedAt), stepId, output }, origin: 'recorded' };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const failure = {
      kind: 'notification-failed',
      at: timeOfNews(toldAtIn(error)),
      stepId,
      error: failureOf(error),
    } as const;
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

// Sends the mail of a reminder; the step waits on, whatever becomes of it.
import { isCancellation } from '@temporalio/workflow';
import type { SendReminder } from '../engine/effect';
import type { ExecutionContext } from './contract/execution';
import { sendMessage } from './message-activities';
import type { TaskRoom } from './task-room';
import { retaking } from './worker-death';

/** Rejects only when it is cancelled. */
export async function sendReminder(
  { nodeId, n, request, requestBytes }: SendReminder,
  context: ExecutionContext,
  room: TaskRoom,
): Promise<void> {
  const labels = { activityId: `${request.stepId}:reminder-${n}`, summary: `${nodeId} · reminder ${n}` };
  try {
    const again = retaking(context, () => room.waitFor(requestBytes));
    await sendMessage({ request, n, attemptsBefore: 0 }, labels, again, (activities, next) =>
      activities.sendReminder(next),
    );
  } catch (error) {
    // What went wrong stands in the history, at its activity.
    if (isCancellation(error)) throw error;
  }
}

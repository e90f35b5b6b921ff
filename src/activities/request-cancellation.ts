// The activity with which a cancelled execution asks Temporal to close it as Canceled (docs/temporal-notes.md).
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';

/** Requests the cancellation of the run that called; one that has closed meanwhile needs none. */
export async function requestCancellation(): Promise<void> {
  const { client, info } = Context.current();
  const { workflowId, runId } = info.workflowExecution ?? {};
  if (!workflowId) throw new Error('requestCancellation serves workflows only');
  try {
    await client.workflow.getHandle(workflowId, runId).cancel();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

// Ends what a test leaves open, so that no worker works on it beside the tests that follow.
import { WorkflowNotFoundError } from '@temporalio/client';

interface Terminable {
  terminate: (reason?: string) => Promise<unknown>;
}

/** What has ended by itself meanwhile is fine: it may be faster than the test. */
export async function terminateLeftOpen(workflow: Terminable): Promise<void> {
  await workflow.terminate('the test is over').catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  });
}

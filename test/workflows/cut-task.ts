// An execution whose worker died within a workflow task that a reader had cut, and that is cancelled before another one takes it up.
import { expect } from '@jest/globals';
import { type CancelRequest, UPDATE } from '../../src/workflows/contract/messages';
import { eventually } from '../support/eventually';
import type { Harness, Started } from './harness';

/** Takes its workflow task, and ends that as a query does while an agent runs within it. No other worker may be there. */
export async function cutAndLost({ client, taskQueue }: Harness, { handle }: Started): Promise<void> {
  const { workflowService, options } = client;
  const of = { namespace: options.namespace, identity: 'a worker that dies' };
  const { taskToken, workflowExecution } = await workflowService.pollWorkflowTaskQueue({
    ...of,
    taskQueue: { name: taskQueue },
  });
  expect(workflowExecution?.workflowId).toBe(handle.workflowId);
  await workflowService.respondWorkflowTaskCompleted({ ...of, taskToken, forceCreateNewWorkflowTask: true });
}

/** Returns how to stop the worker that took it up. */
export async function cancelledMeanwhile(harness: Harness, { handle }: Started): Promise<() => Promise<void>> {
  const argument: CancelRequest = { reason: 'not wanted any more' };
  const answer = handle.executeUpdate(UPDATE.cancelExecution, { args: [argument] });
  await eventually(
    async () => (await handle.describe()).raw,
    ({ pendingWorkflowTask }) => pendingWorkflowTask != null,
  );
  const stop = await harness.addWorker();
  await answer;
  await expect(handle.result()).rejects.toThrow('cancelled');
  return stop;
}

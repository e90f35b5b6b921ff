// Stands in for a worker of the first workspace's executions that takes tasks, and does with them what the test wants.
import type { WorkflowHandle } from '@temporalio/client';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import type { ApiHarness } from './harness';

/** The workflow of an execution of the first workspace. */
export function handleOf({ config, client }: ApiHarness, executionId: string): WorkflowHandle {
  const caller = config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (caller.kind !== 'ok') throw new Error('the harness has lost its workspace');
  return client.workflow.getHandle(executionWorkflowId(caller.workspace, executionId.slice('exec_'.length)));
}

/** What a worker would be given next of this workflow; the tasks of the definition's own come again later. */
export async function takenTask({ client, config }: ApiHarness, workflowId: string) {
  const { options, connection, workflowService } = client;
  const { namespace } = options;
  const poll = { namespace, identity: 'a worker that dies', taskQueue: { name: config.taskQueue } };
  for (;;) {
    const { taskToken, workflowExecution } = await connection.withDeadline(Date.now() + 60_000, () =>
      workflowService.pollWorkflowTaskQueue(poll),
    );
    if (taskToken && workflowExecution?.workflowId === workflowId) return { namespace, taskToken };
  }
}

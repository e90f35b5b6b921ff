// The hand-written workflow's facade.
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ANSWER_MS_MAX, decisionData, dispatchData, executionData, httpFacade } from './http';

const { TEMPORAL_ADDRESS: address = '', TASK_QUEUE: taskQueue = '', PORT = '' } = process.env;
const client = new Client({ connection: Connection.lazy({ address }) });
const workflowIdOf = (executionId: string): string => `hand/${executionId.replace(/^exec_/, '')}`;
const { serve, listen } = httpFacade((call) => client.withDeadline(Date.now() + ANSWER_MS_MAX, call));

serve('executions/dispatch', dispatchData, async ({ idempotencyKey, triggerContext }) => {
  const executionId = `exec_${idempotencyKey}`;
  try {
    await client.workflow.start('marketingCopyApproval', {
      workflowId: workflowIdOf(executionId),
      taskQueue,
      args: [triggerContext],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      workflowTaskTimeout: '5s',
    });
    return { executionId, deduplicated: false };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return { executionId, deduplicated: true };
    throw error;
  }
});

serve('executions/get', executionData, async ({ executionId }) => {
  const state = await client.workflow
    .getHandle(workflowIdOf(executionId))
    .query<{ status: string; steps: object[] }>('view');
  return { executionId, ...state };
});

serve('steps/recordReviewerDecision', decisionData, async ({ executionId, ...decision }) => {
  try {
    const handle = client.workflow.getHandle(workflowIdOf(executionId));
    return await handle.executeUpdate<{ recorded: boolean }, [object]>('decide', { args: [decision] });
  } catch (error) {
    // Refused: decided before, by the call whose answer got lost perhaps.
    if (error instanceof WorkflowUpdateFailedError) return { recorded: false };
    throw error;
  }
});

listen(Number(PORT));

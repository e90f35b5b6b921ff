// Waits until Temporal has taken an update, and holds it for a worker: with several of them a test decides their order.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { isMissing } from '../../src/temporal/grpc';
import { eventually } from './eventually';

const { UpdateWorkflowExecutionLifecycleStage } = temporal.api.enums.v1;

export async function admitted(client: Client, workflowId: string, updateId: string): Promise<void> {
  const isAdmitted = () =>
    client.workflowService
      .pollWorkflowExecutionUpdate({
        namespace: client.options.namespace,
        updateRef: { workflowExecution: { workflowId }, updateId },
        waitPolicy: {
          lifecycleStage: UpdateWorkflowExecutionLifecycleStage.UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_ADMITTED,
        },
      })
      .then(() => true)
      .catch((error: unknown) => {
        if (!isMissing(error)) throw error;
        return false;
      });
  await eventually(isAdmitted, Boolean);
}

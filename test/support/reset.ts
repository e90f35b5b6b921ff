// Resets a workflow to its first task, as an operator does it in the Temporal UI.
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';

type ExcludedTypes = readonly temporal.api.enums.v1.ResetReapplyExcludeType[];

/** What came after that task comes again, but for these kinds of it. */
export async function resetToFirstTask(
  { workflow, workflowService, options }: Client,
  workflowId: string,
  excluded: ExcludedTypes = [],
): Promise<void> {
  const { events } = await workflow.getHandle(workflowId).fetchHistory();
  const done = events?.find((event) => event.workflowTaskCompletedEventAttributes);
  await workflowService.resetWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId },
    ...(done?.eventId ? { workflowTaskFinishEventId: done.eventId } : {}),
    resetReapplyExcludeTypes: [...excluded],
    requestId: randomUUID(),
  });
}

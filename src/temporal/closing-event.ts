// The event with which a run closed: strongly consistent, and no worker is needed.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { isMissing } from './grpc';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = temporal.api.enums.v1.HistoryEventFilterType;

/** Of the newest run of the workflow id, or the one that is named; of an open one its last event; null when there is none. */
export async function closingEvent(
  client: Client,
  { workflowId, runId }: { readonly workflowId: string; readonly runId?: string },
): Promise<temporal.api.history.v1.IHistoryEvent | null> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: runId === undefined ? { workflowId } : { workflowId, runId },
      historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    });
    return history?.events?.[0] ?? null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

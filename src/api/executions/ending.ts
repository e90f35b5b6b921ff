// How an execution ended, from the last event of its history: no worker is asked, and nothing is replayed.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { ExecutionView } from '../../engine/view';
import { isMissing } from '../../temporal/grpc';
import { decodedWith } from '../../temporal/payload-codec';
import { type Ending, VIEW_FORMAT } from '../../workflows/contract';
import type { Place } from './place';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = temporal.api.enums.v1.HistoryEventFilterType;

/** Null when its workflow is open, was closed otherwise than by the engine, or does not say it in this build's format. */
export async function readFinalView(client: Client, { workflowId, runId }: Place): Promise<ExecutionView | null> {
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace: client.options.namespace,
      execution: runId === undefined ? { workflowId } : { workflowId, runId },
      historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    });
    const last = history?.events?.[0];
    const said =
      last?.workflowExecutionCompletedEventAttributes?.result ??
      last?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.details;
    const [ending] = (await decodedWith(client, said?.payloads ?? [])) as readonly (Ending | undefined)[];
    return ending?.format === VIEW_FORMAT ? (ending.view ?? null) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

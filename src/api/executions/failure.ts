// Why an execution failed, from the last event of its history: no worker is asked, and nothing is replayed.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { StepError } from '../../engine/run';
import { GRPC, grpcCodeOf } from '../../temporal/grpc';
import type { ListedRun } from '../../temporal/visibility';

const { HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT } = temporal.api.enums.v1.HistoryEventFilterType;
/** A list cuts the message (contract 1, executions/list). */
const MESSAGE_LENGTH_MAX = 300;
const UNKNOWN: StepError = { code: 'unknown', message: 'The execution failed.' };

/** Of a run that closed as Failed. */
export async function readFailure(client: Client, { workflowId, runId }: ListedRun): Promise<StepError> {
  const { namespace } = client.options;
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId, runId },
      historyEventFilterType: HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT,
    });
    const failure = history?.events?.[0]?.workflowExecutionFailedEventAttributes?.failure;
    const message = failure?.message ?? UNKNOWN.message;
    return { code: failure?.applicationFailureInfo?.type ?? UNKNOWN.code, message: cut(message) };
  } catch (error) {
    // Removed since it was listed.
    if (grpcCodeOf(error) === GRPC.NOT_FOUND) return UNKNOWN;
    throw error;
  }
}

/** Never in the middle of a character. */
function cut(message: string): string {
  if (message.length <= MESSAGE_LENGTH_MAX) return message;
  const end = /[\uD800-\uDBFF]$/.test(message.slice(0, MESSAGE_LENGTH_MAX - 1)) ? 2 : 1;
  return `${message.slice(0, MESSAGE_LENGTH_MAX - end)}…`;
}

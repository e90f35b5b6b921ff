// How an execution ended, from the last event of its history: no worker is asked, and nothing is replayed.
import type { Client } from '@temporalio/client';
import type { ExecutionView } from '../../engine/view';
import { closingEvent } from '../../temporal/closing-event';
import { decodedWith } from '../../temporal/payload-codec';
import { type Ending, VIEW_FORMAT } from '../../workflows/contract/execution';
import type { Place } from './place';

/** Null when its workflow is open, was closed otherwise than by the engine, or does not say it in this build's format. */
export async function readFinalView(client: Client, place: Place): Promise<ExecutionView | null> {
  const event = await closingEvent(client, place);
  const said =
    event?.workflowExecutionCompletedEventAttributes?.result ??
    event?.workflowExecutionFailedEventAttributes?.failure?.applicationFailureInfo?.details;
  const [ending] = (await decodedWith(client, said?.payloads ?? [])) as readonly (Ending | undefined)[];
  return ending?.format === VIEW_FORMAT ? (ending.view ?? null) : null;
}

// Reaches the webhookDelivery workflow of an execution: signals the run that is open, or starts one that knows what the
// runs before it knew. Used by the activity that hands over, and by the API that redelivers.
import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  type WorkflowIdReusePolicy,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { fittedArgs, readArgs, type Sent } from '../workflows/contract/arguments';
import {
  ATTEMPT_RULES,
  type DeliveryBatch,
  type DeliveryRecord,
  type DeliveryTarget,
  type HandedOverEvent,
} from '../workflows/contract/deliveries';
import { deliveryWorkflowId, keyOfExecutionId } from '../workflows/contract/ids';
import { QUERY, type SeqPage, type SeqRequest, SIGNAL } from '../workflows/contract/messages';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../workflows/contract/names';
import { allPages } from './all-pages';
import { isOpen } from './described-run';
import { readInput } from './first-event';
import { isUnanswerable, isUnscheduled } from './grpc';

export type DeliveryMessage =
  | {
      readonly signal: typeof SIGNAL.handOver;
      readonly argument: readonly HandedOverEvent[];
      /** When it is, it is signalled without being started. */
      readonly isLikelyOpen: boolean;
      /** A run that begins with this message has nothing to do for so long. */
      readonly mayWaitMs: number;
    }
  | { readonly signal: typeof SIGNAL.redeliver; readonly argument: DeliveryBatch['events'] };

/**
 * A new run's first task waits for its first attempt to be due, so that it costs one task and no timer, and what else is
 * handed over meanwhile is found by that task. No longer than this: what comes second may be due sooner than what came first.
 */
const START_DELAY_MS_MAX = 2_000;

/** A run may close between the look and the signal, and only once: it lingers a minute after its last work. */
const LOOKS_MAX = 3;

/** Must be bounded by the caller's deadline, well below the minute that a run lingers. */
export async function toDeliveryWorkflow(
  client: Client,
  { target, taskQueue, ...message }: DeliveryMessage & { readonly target: DeliveryTarget; readonly taskQueue: string },
): Promise<void> {
  const workflowId = workflowIdOf(target.workspace, target.executionId);
  const handle = client.workflow.getHandle(workflowId);
  const startDelay = message.signal === SIGNAL.handOver ? Math.min(message.mayWaitMs, START_DELAY_MS_MAX) : 0;
  const signalledOrStarted = async (
    records: readonly DeliveryRecord[],
    workflowIdReusePolicy: WorkflowIdReusePolicy,
  ) => {
    const args = argsOf(target, records) ?? argsOf(target, records.map(withoutReason));
    if (args === null) {
      throw new Error(`what is known of the deliveries of ${target.executionId} does not fit into a new run`);
    }
    await client.workflow.signalWithStart(WORKFLOW.webhookDelivery, {
      workflowId,
      taskQueue,
      args,
      signal: message.signal,
      signalArgs: [message.argument],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      workflowIdReusePolicy,
      // What the runs before it knew is to be told at once.
      ...(startDelay > 0 && records.length === 0 && { startDelay }),
      staticSummary: `webhooks of ${target.executionId} beyond their first attempt`,
    });
  };
  if (message.signal === SIGNAL.handOver && message.isLikelyOpen && (await signalled(handle, message))) return;
  try {
    // Nearly always there is a run that is open, or none yet.
    return await signalledOrStarted([], 'REJECT_DUPLICATE');
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  for (let looks = 1; looks <= LOOKS_MAX; looks++) {
    const state = await stateOf(handle);
    if (state === 'open') {
      if (await signalled(handle, message)) return;
      continue;
    }
    const carried = state === 'closed' ? await deliveryRecords(client, target) : [];
    return signalledOrStarted(carried, 'ALLOW_DUPLICATE');
  }
  throw new Error(`the delivery workflow of ${target.executionId} closed ${LOOKS_MAX} times while it was signalled`);
}

const argsOf = (target: DeliveryTarget, records: readonly DeliveryRecord[]) =>
  fittedArgs([target, records, [], ATTEMPT_RULES]);

/** Those of ours are short; whoever hands events over from elsewhere may have said megabytes, which need not fit into a new run. */
const withoutReason = (record: DeliveryRecord): DeliveryRecord => ({ ...record, lastError: null });

/**
 * What the delivery workflow of an execution knows, be it open or closed; nothing when there is none, or when its first task
 * is still delayed.
 */
export async function deliveryRecords(
  client: Client,
  { workspace, executionId }: Pick<DeliveryTarget, 'workspace' | 'executionId'>,
): Promise<readonly DeliveryRecord[]> {
  const handle = client.workflow.getHandle(workflowIdOf(workspace, executionId));
  try {
    const records = await allPages(async (from) => {
      const answer = await handle.query<readonly DeliveryRecord[] | SeqPage<DeliveryRecord>, [SeqRequest]>(
        QUERY.deliveryRecords,
        { from },
      );
      return 'items' in answer ? answer : { items: answer };
    });
    const mayBeEnded = records.some(({ status }) => status === 'pending') && (await stateOf(handle)) === 'closed';
    return mayBeEnded ? records.map(ended) : records;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || isUnscheduled(error)) return [];
    if (!isUnanswerable(error) || (await stateOf(handle)) !== 'closed') throw error;
    return recordsBegunWith(client, handle.workflowId);
  }
}

/** Of the arguments that a delivery workflow begins with, those that every run has. */
type Begun = [target: DeliveryTarget, records?: readonly DeliveryRecord[]];

/**
 * Of a closed run for which no worker can answer, since none ever completed a task of it or none can replay it: else nothing
 * could be handed over, shown or redelivered any more. What it was told after its beginning is not known.
 */
async function recordsBegunWith(client: Client, workflowId: string): Promise<readonly DeliveryRecord[]> {
  const sent = await readInput(client, { workflowId });
  const [, records = []] = readArgs((sent ?? []) as Sent<Begun>);
  return records.map(ended);
}

/** What an operator ended in Temporal is nobody's work any more: it is for a person to redeliver it. */
function ended(record: DeliveryRecord): DeliveryRecord {
  if (record.status !== 'pending') return record;
  return { ...record, status: 'dead', lastError: record.lastError ?? 'The delivery was ended in Temporal.' };
}

function workflowIdOf(workspace: string, executionId: string): string {
  const key = keyOfExecutionId(executionId);
  if (key === null) throw new Error(`malformed execution id ${executionId}`);
  return deliveryWorkflowId(workspace, key);
}

async function stateOf(handle: WorkflowHandle): Promise<'open' | 'closed' | 'none'> {
  try {
    return isOpen((await handle.describe()).status.name) ? 'open' : 'closed';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'none';
    throw error;
  }
}

async function signalled(handle: WorkflowHandle, { signal, argument }: DeliveryMessage): Promise<boolean> {
  try {
    await handle.signal(signal, argument);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

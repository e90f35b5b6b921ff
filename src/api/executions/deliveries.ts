// What became of an execution's webhooks, and their redelivery: the execution knows its first attempts, its delivery
// workflow all that came after them; here the two become one list (contract 3 section 1).
import { type Client, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { type Json, jsonBytes } from '../../definition/json';
import { eventIdOf } from '../../engine/announcement';
import type { ExecutionEvent } from '../../engine/event';
import { allPages } from '../../temporal/all-pages';
import { deliveryRecords, toDeliveryWorkflow } from '../../temporal/delivery-workflow';
import type {
  DeliveryRecord,
  DeliveryStatus,
  DeliveryTarget,
  FirstDeliveries,
  FirstDeliveriesPage,
} from '../../workflows/contract/deliveries';
import { QUERY, type SeqRequest, SIGNAL } from '../../workflows/contract/messages';
import { ApiError } from '../errors';
import { withTemporal } from '../temporal-errors';
import type { ExecutionGateway } from './gateway';
import { placeOf } from './place';
import { notFound } from './presentation';
import { explained, isNotReady } from './silence';

export interface Delivery extends DeliveryRecord {
  readonly eventId: string;
  readonly type: string;
}

/** Which events to deliver again: these, or all that are dead. */
export type Redelivery = { readonly eventIds: readonly string[] } | { readonly status: 'dead' };

export interface DeliveryGateway {
  /** In seq order; empty without a receiver. */
  list(workspace: string, executionId: string, status: DeliveryStatus | null): Promise<readonly Delivery[]>;
  /** How many events will be delivered again. Nothing is, when one of the named ones does not exist. */
  redeliver(workspace: string, executionId: string, which: Redelivery): Promise<number>;
}

/** A signal is one payload, of which Temporal takes 2 MiB. */
const SIGNAL_BYTES_MAX = 256 * 1024;

interface Known {
  readonly target: DeliveryTarget | null;
  readonly deliveries: readonly Delivery[];
}

export function createDeliveryGateway(
  client: Client,
  { taskQueue, executions }: { readonly taskQueue: string; readonly executions: ExecutionGateway },
): DeliveryGateway {
  async function handleOf(workspace: string, executionId: string) {
    const { workflowId, runId } = await placeOf(client, workspace, executionId);
    return client.workflow.getHandle(workflowId, runId);
  }

  async function read(workspace: string, executionId: string): Promise<Known> {
    const handle = await handleOf(workspace, executionId);
    const [first, later] = await Promise.all([
      firstDeliveries(handle),
      deliveryRecords(client, { workspace, executionId }),
    ]);
    const recordOf = new Map(later.map((record) => [record.seq, record]));
    const deliveries = first.events.map((event): Delivery => {
      const later = recordOf.get(event.seq);
      const record = later !== undefined && isOfSameEvent(later, event) ? later : event;
      return { ...record, type: event.type, eventId: eventIdOf(executionId, event.seq) };
    });
    return { target: first.target, deliveries };
  }

  async function known(workspace: string, executionId: string): Promise<Known> {
    const askedAt = Date.now();
    try {
      return await withTemporal(client, () => read(workspace, executionId));
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw notFound(executionId);
      if (!isNotReady(error)) throw error;
      const record = await executions.findSilent(workspace, executionId);
      // Its first task never ran: nothing has happened yet.
      if (record.firstTask !== 'done') return { target: null, deliveries: [] };
      throw await explained({ client, taskQueue, askedAt }, error);
    }
  }

  return {
    async list(workspace, executionId, status) {
      const { deliveries } = await known(workspace, executionId);
      return status === null ? deliveries : deliveries.filter((delivery) => delivery.status === status);
    },

    async redeliver(workspace, executionId, which) {
      const { target, deliveries } = await known(workspace, executionId);
      const chosen = chosenOf(deliveries, which, executionId);
      if (target === null) throw withoutReceiver(executionId);
      if (chosen.length === 0) return 0;
      const seqs = chosen.map(({ seq }) => seq);
      await withTemporal(client, async () => {
        const handle = await handleOf(workspace, executionId);
        for (let left = seqs; left.length > 0; ) {
          const events = await handle.query<readonly ExecutionEvent[], [readonly number[]]>(QUERY.eventsBySeq, left);
          for (const argument of inSignals(events)) {
            await toDeliveryWorkflow(client, { taskQueue, target, signal: SIGNAL.redeliver, argument });
          }
          const last = events.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
          left = left.filter((seq) => seq > last);
        }
      });
      return chosen.length;
    },
  };
}

async function firstDeliveries(handle: WorkflowHandle): Promise<FirstDeliveries> {
  let target: DeliveryTarget | null = null;
  const events = await allPages(async (from) => {
    const answer = await handle.query<FirstDeliveries | FirstDeliveriesPage, [SeqRequest]>(QUERY.deliveries, { from });
    target = answer.target;
    return { items: answer.events, ...('next' in answer && { next: answer.next }) };
  });
  return { target, events };
}

/** After a reset in Temporal a record may be of an event that its execution has not any more. */
function isOfSameEvent(one: DeliveryRecord, other: DeliveryRecord): boolean {
  return one.eventAt === undefined || other.eventAt === undefined || one.eventAt === other.eventAt;
}

function chosenOf(deliveries: readonly Delivery[], which: Redelivery, executionId: string): readonly Delivery[] {
  if ('status' in which) return deliveries.filter(({ status }) => status === which.status);
  const wanted = new Set(which.eventIds);
  const chosen = deliveries.filter(({ eventId }) => wanted.delete(eventId));
  const [unknown] = wanted;
  if (unknown === undefined) return chosen;
  const message = `The execution "${executionId}" has no delivery of an event "${unknown.slice(0, 220)}"; nothing was scheduled.`;
  throw new ApiError('NOT_FOUND', message);
}

function withoutReceiver(executionId: string): ApiError {
  const message = `The execution "${executionId}" has no webhook receiver: it was dispatched without webhookUrl, and its definition has no webhookConfig.`;
  return new ApiError('FAILED_PRECONDITION', message);
}

function* inSignals(events: readonly ExecutionEvent[]): Generator<readonly ExecutionEvent[]> {
  let part: ExecutionEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const eventBytes = jsonBytes(event as unknown as Json);
    if (part.length > 0 && bytes + eventBytes > SIGNAL_BYTES_MAX) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(event);
    bytes += eventBytes;
  }
  if (part.length > 0) yield part;
}

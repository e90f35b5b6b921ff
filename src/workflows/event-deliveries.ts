// Sends an execution's events to its receiver: one activity for what one workflow task produced, first attempts in the
// order of seq. What fails is handed by that activity to the webhookDelivery workflow, so nothing here waits for it.
import { condition, proxyActivities } from '@temporalio/workflow';
import type { ExecutionEvent } from '../engine/event';
import type { Activities, DeliveryBatch } from './contract';

/** A batch that hangs holds the next one back this long, no longer: order matters, but not more than time. */
const HOLD_MS_MAX = 1_000;

const { deliverEvents } = proxyActivities<Pick<Activities, 'deliverEvents'>>({
  startToCloseTimeout: '30s',
  heartbeatTimeout: '5s',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
});

export interface EventDeliveries {
  send(events: readonly ExecutionEvent[]): void;
  /** Until every event has had its first attempt or is handed over. */
  settled(): Promise<void>;
  /** Starts no further batch; the number of the last event that was in one, when all of those are done. */
  pause(): Promise<number>;
}

/** Without a receiver nothing is sent. `lastSeq`: the last event that an earlier run of the workflow sent. */
export function eventDeliveries(envelope: Omit<DeliveryBatch, 'events'> | null, lastSeq: number): EventDeliveries {
  if (envelope === null) return { send: () => {}, settled: async () => {}, pause: async () => 0 };
  const queue: ExecutionEvent[] = [];
  let announcedSeq = lastSeq;
  let isPaused = false;
  let inFlight = 0;
  let newest: { isDone: boolean } = { isDone: true };

  async function deliver(events: readonly ExecutionEvent[], batch: { isDone: boolean }): Promise<void> {
    inFlight += 1;
    await deliverEvents.executeWithOptions({ summary: labelOf(events) }, [{ ...(envelope as DeliveryBatch), events }]);
    inFlight -= 1;
    batch.isDone = true;
  }

  async function pump(): Promise<void> {
    for (;;) {
      await condition(() => queue.length > 0 && !isPaused);
      const previous = newest;
      if (!previous.isDone) await condition(() => previous.isDone, HOLD_MS_MAX);
      if (isPaused) continue;
      newest = { isDone: false };
      const batch = queue.splice(0);
      announcedSeq = batch.at(-1)?.seq ?? announcedSeq;
      void deliver(batch, newest);
    }
  }

  void pump();
  return {
    send: (events) => void queue.push(...events),
    settled: () => condition(() => queue.length === 0 && inFlight === 0),
    async pause() {
      isPaused = true;
      await condition(() => inFlight === 0);
      return announcedSeq;
    },
  };
}

function labelOf(events: readonly ExecutionEvent[]): string {
  const [first, last] = [events[0], events[events.length - 1]];
  if (!first || !last || first === last) return `${first?.type ?? 'nothing'} (seq ${first?.seq ?? 0})`;
  return `${events.length} events (seq ${first.seq}..${last.seq}): ${first.type} … ${last.type}`;
}

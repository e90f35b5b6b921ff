// Sends an execution's events to its receiver: one activity for what one workflow task produced, first attempts in the
// order of seq. What fails is handed by that activity to the webhookDelivery workflow, so nothing here waits for it.
import { ActivityFailure, CancellationScope, defineQuery, setHandler, sleep } from '@temporalio/workflow';
import { type ExecutionEvent, isExternal } from '../engine/event';
import { asManyAsFit, pageFrom } from './answer-page';
import { condition } from './condition';
import type {
  DeliveryBatch,
  DeliveryReport,
  DeliveryTarget,
  FirstDeliveries,
  FirstDeliveriesPage,
} from './contract/deliveries';
import type { CarriedDeliveries } from './contract/execution';
import { QUERY, type SeqRequest } from './contract/messages';
import { deliverEvents } from './delivery-activities';
import { batchLength, labelOf } from './delivery-batch';
import { countIn } from './incoming';
import { isDeliveryReport } from './results';

/** A batch that hangs holds the next one back this long, no longer: order matters, but not more than time. */
const HOLD_MS_MAX = 1_000;
const BATCH_EVENTS_MAX = 50;
const ASK_AGAIN_MS = 10_000;
/** What the Temporal UI calls these waits. */
const HELD_BACK = { summary: 'until the events before have arrived' } as const;
const ASKED_AGAIN = { summary: 'before the delivery is asked for again' } as const;

export interface EventDeliveries {
  /** External events, in seq order, to be sent when they are released. Those that the receiver did not ask for are dropped. */
  send(events: readonly ExecutionEvent[]): void;
  /** Everything else that the workflow task asks for has been asked for. */
  release(): void;
  /** Until every event has had its first attempt or is handed over. */
  settled(): Promise<void>;
  /**
   * Before continue-as-new: starts no further batch and resolves when those that run are done. The new run must send what
   * lies behind `lastSeq` again.
   */
  pause(): Promise<CarriedDeliveries>;
  /** After a pause, when no new run follows. */
  goOn(): void;
  /** What is known of the first attempts of these events. */
  known(log: readonly ExecutionEvent[]): FirstDeliveries;
}

const NOTHING: CarriedDeliveries = { lastSeq: 0, delivered: [] };

/** In what executions from before these rules differ: they replay as they were. */
export interface DeliveryRules {
  /** Else what is sent may go out before the rest of what the workflow task asks for, or after it. */
  readonly waitForRelease: boolean;
  /** Each batch takes the number of one timer, whether it is held back or not. */
  readonly numberEach: boolean;
  /**
   * Whether more is about to come within the workflow task, with whose answer all of it goes out in any case: it waits, to go as one
   * batch (docs/decisions/0127-events-wait-for-quick-agents.md). Null: nothing waits for it.
   */
  readonly isMoreAtHand: (() => boolean) | null;
}

/** Without a receiver nothing is sent. `carried` is what the run before this one knew when it paused. */
export function eventDeliveries(
  target: DeliveryTarget | null,
  rules: DeliveryRules,
  carried: CarriedDeliveries = NOTHING,
): EventDeliveries {
  if (target === null) {
    return {
      send: () => {},
      release: () => {},
      settled: async () => {},
      pause: async () => NOTHING,
      goOn: () => {},
      known: () => ({ target: null, events: [] }),
    };
  }
  const { eventTypes } = target.receiver;
  const isWanted = ({ type }: ExecutionEvent) => eventTypes === null || eventTypes.includes(type);
  const queue: ExecutionEvent[] = [];
  const unreleased: ExecutionEvent[] = [];
  const delivered = new Map(carried.delivered);
  let { lastSeq } = carried;
  let inFlight = 0;
  let isPaused = false;
  let hasHandedOver = false;
  let newest: { isDone: boolean } = { isDone: true };

  async function deliver(
    events: readonly ExecutionEvent[],
    batch: { isDone: boolean; readonly followsHandOver: boolean },
  ): Promise<void> {
    inFlight += 1;
    const report = await reported({
      ...(target as DeliveryTarget),
      events,
      ...(batch.followsHandOver && { followsHandOver: true }),
    });
    for (const [seq, at] of report.delivered) delivered.set(seq, at);
    hasHandedOver ||= report.handedOver.length > 0;
    inFlight -= 1;
    batch.isDone = true;
  }

  /**
   * The activity never fails by itself, and always reports: whoever made it fail, cancelled it or completed it with something else,
   * in Temporal, does not stop the execution.
   */
  async function reported(batch: DeliveryBatch): Promise<DeliveryReport> {
    for (;;) {
      try {
        const report = await deliverEvents.executeWithOptions({ summary: labelOf(batch.events) }, [batch]);
        if (isDeliveryReport(report)) return report;
      } catch (error) {
        if (!(error instanceof ActivityFailure)) throw error;
      }
      await sleep(ASK_AGAIN_MS, ASKED_AGAIN);
    }
  }

  const isAllHere = () => rules.isMoreAtHand === null || (unreleased.length === 0 && !rules.isMoreAtHand());
  const mayGo = () => queue.length > 0 && !isPaused && isAllHere();

  async function pump(): Promise<void> {
    for (;;) {
      await condition(mayGo);
      const previous = newest;
      if (!previous.isDone) await condition(() => previous.isDone, HOLD_MS_MAX, HELD_BACK);
      else if (rules.numberEach) takeTimerNumber();
      if (isPaused) continue;
      const events = queue.splice(0, batchLength(queue, BATCH_EVENTS_MAX));
      lastSeq = events.at(-1)?.seq ?? lastSeq;
      // A batch that is under way for so long is likely to fail, and before this one does.
      const batch = { isDone: false, followsHandOver: hasHandedOver || !previous.isDone };
      newest = batch;
      void deliver(events, batch);
    }
  }

  void pump();
  return {
    send: (events) => void (rules.waitForRelease ? unreleased : queue).push(...events.filter(isWanted)),
    release: () => void queue.push(...unreleased.splice(0)),
    settled: () => condition(() => queue.length === 0 && inFlight === 0),
    async pause() {
      isPaused = true;
      await condition(() => inFlight === 0);
      return { lastSeq, delivered: [...delivered] };
    },
    goOn() {
      isPaused = false;
    },
    known: (log) => ({
      target,
      events: log
        .filter((event) => isExternal(event) && isWanted(event))
        .map(({ seq, type, at: eventAt }) => {
          const at = delivered.get(seq);
          const of = { seq, type, eventAt };
          if (at === undefined) return { ...of, status: 'pending', attempts: 0, lastError: null, lastAttemptAt: null };
          return { ...of, status: 'delivered', attempts: 1, lastError: null, lastAttemptAt: at };
        }),
    }),
  };
}

/**
 * As a timer does that is started and taken back at once: no command is left of it, but timers are numbered. The end of the
 * batch before and what makes the next one may reach the workflow together the first time and one after the other when it is
 * replayed, so a batch was held back in one and not in the other (docs/decisions/0100-each-batch-takes-a-number.md).
 */
function takeTimerNumber(): void {
  const scope = new CancellationScope();
  const timer = scope.run(() => sleep(HOLD_MS_MAX));
  scope.cancel();
  timer.catch(() => undefined);
}

const deliveriesQuery = defineQuery<FirstDeliveries | FirstDeliveriesPage, [SeqRequest | undefined]>(QUERY.deliveries);
const eventsBySeq = defineQuery<readonly ExecutionEvent[], [readonly number[]]>(QUERY.eventsBySeq);

/** Answers what the API asks of an execution's deliveries, also after it has closed. */
export function serveDeliveries(deliveries: EventDeliveries, log: () => readonly ExecutionEvent[]): void {
  setHandler(
    deliveriesQuery,
    (request) => {
      const known = deliveries.known(log());
      if (request === undefined) return known;
      const { items: events, next } = pageFrom(known.events, countIn(request, 'from', 0));
      return { target: known.target, events, next };
    },
    { description: 'What became of the first attempts; `next` is the seq of the first that is not shown.' },
  );
  setHandler(
    eventsBySeq,
    (wanted) => {
      const seqs = new Set(wanted);
      return asManyAsFit(log().filter((event) => isExternal(event) && seqs.has(event.seq)));
    },
    { description: 'External events as they are sent to the receiver: as many of the first as fit into an answer.' },
  );
}

// What a delivery workflow knows of each event that it was given: what became of it, and when it is due again.
import type { ExecutionEvent } from '../engine/event';
import type { AttemptOutcome, DeliveryRecord, FailedAttempt, HandedOverEvent } from './contract';
import { batchLength } from './delivery-batch';

/** An attempt waits for others for a quarter of the time that it has waited since the last one. */
const PATIENCE_PART = 4;

/** An event that is still to be delivered. */
export interface OpenDelivery {
  readonly event: ExecutionEvent;
  readonly attempts: number;
  /** Tries, also those of which nothing went out. */
  readonly tries: number;
  /** Epoch milliseconds. */
  readonly dueAt: number;
  /** How long it may wait beyond that for others, in milliseconds: runs from before there were batches do not say. */
  readonly patienceMs?: number;
  /** Whether the receiver hung at the attempt before. */
  readonly hasHung?: boolean;
}

/** Deliveries that are attempted together, in seq order. */
export interface DueBatch {
  readonly deliveries: readonly OpenDelivery[];
  /** Epoch milliseconds. */
  readonly startAt: number;
}

/** Plain JSON in two parts, so that each stays below the limit of a payload: what is known, and what is open. */
export interface CarriedLedger {
  readonly records: readonly DeliveryRecord[];
  readonly open: readonly OpenDelivery[];
}

export interface Ledger {
  /** Events whose first attempt failed; those that it knows already it drops. */
  takeOver(events: readonly HandedOverEvent[], now: number): void;
  /** Starts events over, whatever became of them. */
  startOver(events: readonly ExecutionEvent[], now: number): void;
  /** The event that is due first and not in flight, or null. */
  nextDue(): OpenDelivery | null;
  /**
   * What is attempted next, of what is not in flight: at most `eventsMax` events, or null. Receivers that hang fail one
   * event after the other; each attempt waits, up to a quarter of its time, for those that are due soon after it, so that
   * what failed apart goes together from then on. A batch ends with its last attempt, so what hung does not go with what was
   * answered (docs/decisions/0099-attempts-go-together.md).
   */
  nextBatch(eventsMax: number): DueBatch | null;
  /** Marks it as in flight; gives a function that takes the outcome, and drops that of a delivery started over since. */
  begin(delivery: OpenDelivery): (outcome: AttemptOutcome, now: number) => void;
  isSettled(): boolean;
  records(): readonly DeliveryRecord[];
  carried(): CarriedLedger;
}

export function deliveryLedger(carried: CarriedLedger): Ledger {
  const open = new Map(carried.open.map((delivery) => [delivery.event.seq, delivery]));
  const records = new Map(carried.records.map((record) => [record.seq, record]));
  const inFlight = new Set<OpenDelivery>();

  function settle(seq: number, record: Omit<DeliveryRecord, 'seq'>): void {
    records.set(seq, { seq, ...record });
    open.delete(seq);
  }

  function failed(delivery: Omit<OpenDelivery, 'dueAt'>, outcome: FailedAttempt, now: number): void {
    const { seq } = delivery.event;
    const { lastError, wasSent, retryAfterMs } = outcome;
    const attempts = delivery.attempts + (wasSent ? 1 : 0);
    const lastAttemptAt = wasSent ? outcome.at : (records.get(seq)?.lastAttemptAt ?? null);
    if (retryAfterMs === null) {
      settle(seq, { status: 'dead', attempts, lastError, lastAttemptAt });
      return;
    }
    records.set(seq, { seq, status: 'pending', attempts, lastError, lastAttemptAt });
    const patienceMs = Math.floor(retryAfterMs / PATIENCE_PART);
    open.set(seq, {
      event: delivery.event,
      attempts,
      tries: delivery.tries + 1,
      dueAt: now + retryAfterMs,
      patienceMs,
      hasHung: outcome.hasHung === true,
    });
  }

  return {
    takeOver(events, now) {
      // An activity that was repeated hands the same events over again.
      for (const { event, outcome } of events) {
        if (!records.has(event.seq)) failed({ event, attempts: 0, tries: 0 }, outcome, now);
      }
    },
    startOver(events, now) {
      for (const event of events) {
        records.set(event.seq, {
          seq: event.seq,
          status: 'pending',
          attempts: 0,
          lastError: null,
          lastAttemptAt: null,
        });
        open.set(event.seq, { event, attempts: 0, tries: 0, dueAt: now });
      }
    },
    nextDue() {
      let first: OpenDelivery | null = null;
      for (const delivery of open.values()) {
        if (!inFlight.has(delivery) && (first === null || isBefore(delivery, first))) first = delivery;
      }
      return first;
    },
    nextBatch(eventsMax) {
      const first = this.nextDue();
      if (first === null) return null;
      const patienceEndsAt = first.dueAt + (first.patienceMs ?? 0);
      const isCompany = (it: OpenDelivery) => !inFlight.has(it) && (it.hasHung ?? false) === (first.hasHung ?? false);
      const due = [...open.values()]
        .filter((it) => isCompany(it) && it.dueAt <= patienceEndsAt)
        .sort((one, other) => (isBefore(one, other) ? -1 : 1));
      const events = due.map(({ event }) => event);
      const deliveries = due.slice(0, batchLength(events, eventsMax));
      const startAt = Math.max(...deliveries.map(({ dueAt }) => dueAt));
      return { deliveries: deliveries.sort((one, other) => one.event.seq - other.event.seq), startAt };
    },
    begin(delivery) {
      inFlight.add(delivery);
      return (outcome, now) => {
        inFlight.delete(delivery);
        const { seq } = delivery.event;
        if (open.get(seq) !== delivery) return;
        if (outcome.kind === 'failed') failed(delivery, outcome, now);
        else
          settle(seq, {
            status: 'delivered',
            attempts: delivery.attempts + 1,
            lastError: null,
            lastAttemptAt: outcome.at,
          });
      };
    },
    isSettled: () => open.size === 0,
    records: () => [...records.values()],
    carried: () => ({ records: [...records.values()], open: [...open.values()] }),
  };
}

const isBefore = (one: OpenDelivery, other: OpenDelivery): boolean =>
  one.dueAt === other.dueAt ? one.event.seq < other.event.seq : one.dueAt < other.dueAt;

// What a delivery workflow knows of each event that it was given: what became of it, and when it is due again.
import type { ExecutionEvent } from '../engine/event';
import type { AttemptOutcome, DeliveryRecord, FailedAttempt, HandedOverEvent } from './contract/deliveries';
import { batchLength } from './delivery-batch';

/** An attempt goes with those that are due within a quarter of the time that it has waited since the last one. */
const PATIENCE_PART = 1 / 4;
/**
 * An activity may begin so many milliseconds before the last of its events is due: each starts at its own time, without a
 * timer of Temporal's. So what is due within that time goes together in any case, and what a receiver that hangs kept apart
 * by a second or so (event-deliveries.ts) does from its second attempt on.
 */
const AHEAD_MS_MAX = 2_000;

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
  /** When it begins, in epoch milliseconds; by some of the rules an event may be due later than that. */
  readonly startAt: number;
}

/** Plain JSON in two parts: what is known, and what is open. */
export interface CarriedLedger {
  readonly records: readonly DeliveryRecord[];
  readonly open: readonly OpenDelivery[];
}

export interface Ledger {
  /**
   * Events whose first attempt failed; those that it knows already it drops. One that was made later than the one that it
   * knows by this seq is another: the execution was reset in Temporal, and the earlier one is none of its events any more
   * (docs/decisions/0112-events-after-a-reset.md).
   */
  takeOver(events: readonly HandedOverEvent[], now: number): void;
  /** Starts events over, whatever became of them. */
  startOver(events: readonly ExecutionEvent[], now: number): void;
  /** The event that is due first and not in flight, or null. */
  nextDue(): OpenDelivery | null;
  /**
   * What is attempted next, of what is not in flight: at most `eventsMax` events, or null. Receivers that hang fail one
   * event after the other; each attempt goes with those that are due soon after it, so that what failed apart goes together
   * from then on. A batch ends with its last attempt, so what hung does not go with what was
   * answered (docs/decisions/0099-attempts-go-together.md).
   */
  nextBatch(eventsMax: number): DueBatch | null;
  /** Marks it as in flight; gives a function that takes the outcome, and drops that of a delivery started over since. */
  begin(delivery: OpenDelivery): (outcome: AttemptOutcome, now: number) => void;
  isSettled(): boolean;
  records(): readonly DeliveryRecord[];
  carried(): CarriedLedger;
}

/** In what runs from before these rules differ: they replay as they were. */
export interface LedgerRules {
  /** Each event keeps its own time; before, a batch was attempted when the last of its events was due. */
  readonly isExact: boolean;
  /** An event that is made anew after a reset is another one; before, its seq was known, and it was dropped. */
  readonly knowsResets: boolean;
}

export function deliveryLedger(carried: CarriedLedger, { isExact, knowsResets }: LedgerRules): Ledger {
  const open = new Map(carried.open.map((delivery) => [delivery.event.seq, delivery]));
  const records = new Map(carried.records.map((record) => [record.seq, record]));
  const inFlight = new Set<OpenDelivery>();

  function note({ seq, at }: ExecutionEvent, record: Omit<DeliveryRecord, 'seq' | 'eventAt'>): void {
    records.set(seq, { seq, ...record, eventAt: at });
  }

  function settle(event: ExecutionEvent, record: Omit<DeliveryRecord, 'seq' | 'eventAt'>): void {
    note(event, record);
    open.delete(event.seq);
  }

  function isKnown({ seq, at }: ExecutionEvent): boolean {
    const known = records.get(seq);
    return known !== undefined && !(knowsResets && known.eventAt !== undefined && known.eventAt < at);
  }

  function nextDue(): OpenDelivery | null {
    let first: OpenDelivery | null = null;
    for (const delivery of open.values()) {
      if (!inFlight.has(delivery) && (first === null || isBefore(delivery, first))) first = delivery;
    }
    return first;
  }

  function failed(delivery: Omit<OpenDelivery, 'dueAt'>, outcome: FailedAttempt, now: number): void {
    const { seq } = delivery.event;
    const { wasSent, retryAfterMs, failedAt = now } = outcome;
    // Whoever signals from elsewhere may have said something else than a text.
    const lastError = typeof outcome.lastError === 'string' ? outcome.lastError : null;
    const attempts = delivery.attempts + (wasSent ? 1 : 0);
    const lastAttemptAt = wasSent ? outcome.at : (records.get(seq)?.lastAttemptAt ?? null);
    if (retryAfterMs === null) {
      settle(delivery.event, { status: 'dead', attempts, lastError, lastAttemptAt });
      return;
    }
    note(delivery.event, { status: 'pending', attempts, lastError, lastAttemptAt });
    open.set(seq, {
      event: delivery.event,
      attempts,
      tries: delivery.tries + 1,
      dueAt: (isExact ? Math.min(now, failedAt) : now) + retryAfterMs,
      patienceMs: patienceOf(retryAfterMs, isExact),
      hasHung: outcome.hasHung === true,
    });
  }

  return {
    takeOver(events, now) {
      // An activity that was repeated hands the same events over again.
      for (const { event, outcome } of events) {
        if (isKnown(event)) continue;
        records.delete(event.seq);
        failed({ event, attempts: 0, tries: 0 }, outcome, now);
      }
    },
    startOver(events, now) {
      for (const event of events) {
        note(event, { status: 'pending', attempts: 0, lastError: null, lastAttemptAt: null });
        open.set(event.seq, { event, attempts: 0, tries: 0, dueAt: now });
      }
    },
    nextDue,
    nextBatch(eventsMax) {
      const first = nextDue();
      if (first === null) return null;
      const patienceEndsAt = first.dueAt + (first.patienceMs ?? 0);
      const isCompany = (it: OpenDelivery) => !inFlight.has(it) && (it.hasHung ?? false) === (first.hasHung ?? false);
      const due = [...open.values()]
        .filter((it) => isCompany(it) && it.dueAt <= patienceEndsAt)
        .sort((one, other) => (isBefore(one, other) ? -1 : 1));
      const events = due.map(({ event }) => event);
      const deliveries = due.slice(0, batchLength(events, eventsMax));
      const lastDueAt = Math.max(...deliveries.map(({ dueAt }) => dueAt));
      const startAt = isExact ? Math.max(first.dueAt, lastDueAt - AHEAD_MS_MAX) : lastDueAt;
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
          settle(delivery.event, {
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

const patienceOf = (waitMs: number, isExact: boolean): number =>
  Math.floor(isExact ? Math.max(waitMs * PATIENCE_PART, Math.min(waitMs, AHEAD_MS_MAX)) : waitMs * PATIENCE_PART);

const isBefore = (one: OpenDelivery, other: OpenDelivery): boolean =>
  one.dueAt === other.dueAt ? one.event.seq < other.event.seq : one.dueAt < other.dueAt;

// What a delivery workflow attempts next, and what it attempts together.
import { describe, expect, test } from '@jest/globals';
import type { ExecutionEvent } from '../../src/engine/event';
import type { FailedAttempt } from '../../src/workflows/contract/deliveries';
import { deliveryLedger, type Ledger, type LedgerRules } from '../../src/workflows/delivery-ledger';

const event = (seq: number, data: object = {}) =>
  ({ seq, type: 'step.started', at: 0, data }) as unknown as ExecutionEvent;
const failed = (retryAfterMs: number): FailedAttempt => ({
  kind: 'failed',
  at: 0,
  lastError: 'The receiver answered 500.',
  wasSent: true,
  retryAfterMs,
});
const NOTHING = { records: [], open: [] };
const EXACT: LedgerRules = { isExact: true, knowsResets: true };
const TOGETHER: LedgerRules = { isExact: false, knowsResets: false };
/** As of runs from before each event had its own time: a batch is attempted when its last event is due. */
const empty = () => deliveryLedger(NOTHING, TOGETHER);
const takeOver = (ledger: Ledger, seq: number, now: number, retryAfterMs = 2_000) =>
  ledger.takeOver([{ event: event(seq), outcome: failed(retryAfterMs) }], now);
const next = (ledger: Ledger, eventsMax = 20) => {
  const batch = ledger.nextBatch(eventsMax);
  return batch && { seqs: batch.deliveries.map((it) => it.event.seq), startAt: batch.startAt };
};

describe('the next batch, attempted at once', () => {
  test('of one delivery alone starts when its wait is over, and not later', () => {
    const ledger = empty();
    expect(next(ledger)).toBeNull();
    takeOver(ledger, 1, 10_000);
    expect(next(ledger)).toEqual({ seqs: [1], startAt: 12_000 });
  });

  test('waits a quarter of its time for others, and takes them in seq order', () => {
    const ledger = empty();
    takeOver(ledger, 7, 10_000);
    takeOver(ledger, 3, 10_500);
    takeOver(ledger, 9, 10_501);
    expect(next(ledger)).toEqual({ seqs: [3, 7], startAt: 12_500 });
  });

  test('nobody waits for what comes in the meantime beyond a quarter of the first wait', () => {
    const ledger = empty();
    for (let seq = 1; seq <= 10; seq++) takeOver(ledger, seq, 10_000 + seq * 300);
    expect(next(ledger)).toEqual({ seqs: [1, 2], startAt: 12_600 });
  });

  test('what went together and failed goes together again', () => {
    const ledger = empty();
    takeOver(ledger, 1, 10_000);
    takeOver(ledger, 2, 10_400);
    const ends = ledger.nextBatch(20)!.deliveries.map(ledger.begin);
    expect(next(ledger)).toBeNull();
    for (const end of ends) end(failed(8_000), 22_400);
    expect(next(ledger)).toEqual({ seqs: [1, 2], startAt: 30_400 });
  });

  test('what hung goes with what hung, and not with what was answered', () => {
    const ledger = empty();
    for (const seq of [1, 2, 3, 4]) {
      const outcome = { ...failed(2_000), ...(seq > 2 && { hasHung: true as const }) };
      ledger.takeOver([{ event: event(seq), outcome }], 10_000);
    }
    expect(next(ledger)).toEqual({ seqs: [1, 2], startAt: 12_000 });
    for (const delivery of ledger.nextBatch(20)!.deliveries) ledger.begin(delivery);
    expect(next(ledger)).toEqual({ seqs: [3, 4], startAt: 12_000 });
  });

  test('what is delivered again starts at once, and waits for nobody', () => {
    const ledger = empty();
    takeOver(ledger, 1, 10_000);
    ledger.startOver([event(2), event(3)], 11_900);
    expect(next(ledger)).toEqual({ seqs: [2, 3], startAt: 11_900 });
  });

  test('has no more events than there are places, and no more bytes than a payload may', () => {
    const ledger = empty();
    ledger.startOver(
      [1, 2, 3].map((seq) => event(seq)),
      0,
    );
    expect(next(ledger, 2)).toEqual({ seqs: [1, 2], startAt: 0 });
    const large = empty();
    large.startOver(
      [1, 2, 3].map((seq) => event(seq, { text: 'x'.repeat(200_000) })),
      0,
    );
    expect(next(large)).toEqual({ seqs: [1], startAt: 0 });
  });

  test('of a run from before there were batches does not wait', () => {
    const open = [1, 2].map((seq) => ({ event: event(seq), attempts: 1, tries: 1, dueAt: 10_000 + seq }));
    expect(next(deliveryLedger({ records: [], open }, TOGETHER))).toEqual({ seqs: [1], startAt: 10_001 });
  });
});

describe('the next batch, each event at its own time', () => {
  const exact = () => deliveryLedger(NOTHING, EXACT);
  const hung = (ledger: Ledger, seq: number, failedAt: number, retryAfterMs = 2_000) =>
    ledger.takeOver([{ event: event(seq), outcome: { ...failed(retryAfterMs), failedAt, hasHung: true } }], 20_000);
  const dueAt = (ledger: Ledger) => ledger.nextBatch(20)?.deliveries.map((it) => [it.event.seq, it.dueAt]);

  test('a wait begins when the attempt failed, not when the workflow learns of it', () => {
    const ledger = exact();
    hung(ledger, 1, 19_500);
    expect(next(ledger)).toEqual({ seqs: [1], startAt: 21_500 });
  });

  test('a clock that is ahead makes no wait longer', () => {
    const ledger = exact();
    hung(ledger, 1, 90_000);
    expect(next(ledger)).toEqual({ seqs: [1], startAt: 22_000 });
  });

  test('an outcome that does not say when it failed counts from now on', () => {
    const ledger = exact();
    takeOver(ledger, 1, 20_000);
    expect(next(ledger)).toEqual({ seqs: [1], startAt: 22_000 });
  });

  test('begins with the first, and takes along what is due in the two seconds after it', () => {
    const ledger = exact();
    hung(ledger, 1, 10_000);
    hung(ledger, 2, 11_100);
    hung(ledger, 3, 12_000);
    hung(ledger, 4, 12_001);
    expect(next(ledger)).toEqual({ seqs: [1, 2, 3], startAt: 12_000 });
    expect(dueAt(ledger)).toEqual([
      [1, 12_000],
      [2, 13_100],
      [3, 14_000],
    ]);
  });

  test('begins two seconds before the last when more than that lies between them', () => {
    const ledger = exact();
    hung(ledger, 1, 10_000, 32_000);
    hung(ledger, 2, 18_000, 32_000);
    hung(ledger, 3, 18_001, 32_000);
    expect(next(ledger)).toEqual({ seqs: [1, 2], startAt: 48_000 });
  });

  test('nobody is waited for longer than the wait itself', () => {
    const ledger = exact();
    hung(ledger, 1, 10_000, 1_000);
    hung(ledger, 2, 11_000, 1_000);
    hung(ledger, 3, 11_001, 1_000);
    expect(next(ledger)).toEqual({ seqs: [1, 2], startAt: 11_000 });
  });
});

describe('an event that was made anew after a reset', () => {
  const made = (at: number) => ({ ...event(1), at });
  const ledger = () => deliveryLedger(NOTHING, EXACT);
  const attempt = (of: Ledger) => of.nextBatch(20)!.deliveries.map(of.begin)[0]!;
  const handOver = (to: Ledger, at: number, retryAfterMs: number | null = 2_000) =>
    to.takeOver([{ event: made(at), outcome: { ...failed(0), retryAfterMs } }], at);
  const attempted = (of: Ledger) => of.nextBatch(20)?.deliveries.map((it) => [it.event.at, it.attempts]);

  test.each(['dead', 'delivered', 'pending'])('is delivered where the earlier one is %s', (status) => {
    const it = ledger();
    handOver(it, 1_000, status === 'dead' ? null : 2_000);
    if (status === 'delivered') attempt(it)({ kind: 'delivered', at: 3_000 }, 3_000);
    expect(it.records()).toMatchObject([{ status, eventAt: 1_000 }]);
    handOver(it, 9_000);
    expect(attempted(it)).toEqual([[9_000, 1]]);
    expect(it.records()).toEqual([
      { seq: 1, status: 'pending', attempts: 1, lastError: expect.any(String), lastAttemptAt: 0, eventAt: 9_000 },
    ]);
  });

  test('takes nothing over from the earlier one, whose attempt may still be under way', () => {
    const it = ledger();
    handOver(it, 1_000);
    const end = attempt(it);
    it.takeOver([{ event: made(9_000), outcome: { ...failed(2_000), wasSent: false } }], 9_000);
    end({ kind: 'delivered', at: 9_500 }, 9_500);
    expect(it.records()).toMatchObject([{ status: 'pending', attempts: 0, lastAttemptAt: null, eventAt: 9_000 }]);
  });

  test('stays when the earlier one is handed over after it, and is taken over once', () => {
    const it = ledger();
    handOver(it, 9_000);
    attempt(it)({ kind: 'delivered', at: 9_500 }, 9_500);
    handOver(it, 1_000);
    handOver(it, 9_000);
    expect(it.records()).toMatchObject([{ status: 'delivered', eventAt: 9_000 }]);
    expect(it.isSettled()).toBe(true);
  });

  test('is dropped by runs that began before this was so, and where the earlier record does not say when', () => {
    const before = deliveryLedger(NOTHING, { isExact: true, knowsResets: false });
    handOver(before, 1_000, null);
    const { eventAt: _, ...record } = before.records()[0]!;
    handOver(before, 9_000);
    expect(before.isSettled()).toBe(true);
    const since = deliveryLedger({ records: [record], open: [] }, EXACT);
    handOver(since, 9_000);
    expect(since.isSettled()).toBe(true);
  });
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ExecutionEvent } from '../../src/engine/event';
import { allEvents, appendEvents, type EventLog, eventsAfter, lastEvent } from '../../src/engine/event-log';

const eventsFrom = (first: number, count: number): ExecutionEvent[] =>
  Array.from({ length: count }, (_, n) => ({ seq: first + n, type: 'step.started', stepId: 's', at: 1, data: null }));

/** A log to which so many events were added at a time. */
function logOf(counts: readonly number[]): EventLog {
  let log: EventLog = [];
  let seq = 0;
  for (const count of counts) {
    log = appendEvents(log, eventsFrom(seq + 1, count));
    seq += count;
  }
  return log;
}

describe('the log of events', () => {
  test('is the same, however many events were added at a time, and has them all in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 12 }), (counts) => {
        const total = counts.reduce((sum, count) => sum + count, 0);
        const events = eventsFrom(1, total);
        const log = logOf(counts);
        expect(log).toEqual(appendEvents([], events));
        expect(allEvents(log)).toEqual(events);
        expect(lastEvent(log)).toEqual(events.at(-1));
      }),
    );
  });

  test('gives the events after a number, from the first to beyond the last', () => {
    const log = logOf([3, 61, 64, 2]);
    for (const seq of [0, 1, 62, 63, 64, 65, 127, 128, 129, 130, 131, 1_000]) {
      expect([...eventsAfter(log, seq)]).toEqual(eventsFrom(seq + 1, Math.max(0, 130 - seq)));
    }
  });

  test('is not changed by what is added to it: two runs may go on from one', () => {
    const before = logOf([70]);
    const kept = JSON.stringify(before);
    expect(allEvents(appendEvents(before, eventsFrom(71, 2)))).toHaveLength(72);
    expect(allEvents(appendEvents(before, eventsFrom(71, 200)))).toHaveLength(270);
    expect(JSON.stringify(before)).toBe(kept);
  });
});

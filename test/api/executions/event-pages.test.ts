// Pages that are cut from what one query of a closed run told.
import { expect, test } from '@jest/globals';
import { AS_MANY_AS_FIT, pageOf } from '../../../src/api/executions/event-pages';
import type { ExecutionEvent } from '../../../src/engine/event';
import { appendEvents } from '../../../src/engine/event-log';
import { eventsPage } from '../../../src/engine/view';

const facts = { facts: { correlationId: 'corr' } } as never;
/** Every third one is internal; `bytes` each. */
const runOf = (count: number, bytes: number) => {
  const events = Array.from({ length: count }, (_, index) => ({
    seq: index + 1,
    type: index % 3 === 1 ? 'step.started' : 'step.completed',
    stepId: 'step',
    at: 1,
    data: { x: 'x'.repeat(bytes) },
  }));
  return { log: appendEvents([], events as unknown as readonly ExecutionEvent[]) };
};

test('are the pages that the workflow would answer', () => {
  const run = runOf(12, 10);
  const first = eventsPage(facts, run, AS_MANY_AS_FIT);
  for (let sinceSeq = 0; sinceSeq <= 13; sinceSeq++) {
    for (let pageSize = 1; pageSize <= 10; pageSize++) {
      expect(pageOf(first, { sinceSeq, pageSize })).toEqual(eventsPage(facts, run, { sinceSeq, pageSize }));
    }
  }
});

test('end where what was told does: beyond that the workflow is asked', () => {
  const run = runOf(30, 50_000);
  const first = eventsPage(facts, run, AS_MANY_AS_FIT);
  expect(first.hasMore).toBe(true);
  const last = first.events.at(-1)?.seq as number;
  const counts = first.events.length;
  expect(pageOf(first, { sinceSeq: 0, pageSize: counts })).toEqual(
    eventsPage(facts, run, { sinceSeq: 0, pageSize: counts }),
  );
  for (const sinceSeq of [last - 1, last, last + 1, 30]) expect(pageOf(first, { sinceSeq, pageSize: 5 })).toBeNull();
});

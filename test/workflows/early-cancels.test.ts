// What tells an activity to stop, and when (docs/decisions/0129-news-ahead-of-its-task.md).
import { expect, test } from '@jest/globals';
import { noCancels, noteEnds, withoutEarlyCancels } from '../../src/workflows/early-cancels';

const ask = (seq: number) => ({ scheduleActivity: { seq } });
const stop = (seq: number) => ({ requestCancelActivity: { seq } });
const byALocal = (...seqs: number[]) => ({ ...noCancels(), stopped: new Set<unknown>(seqs) });

test('what a local activity takes back of its own task waits for a later one', () => {
  const cancels = byALocal(7);
  expect(withoutEarlyCancels(cancels, 1, [ask(7)])).toEqual([ask(7)]);
  expect(withoutEarlyCancels(cancels, 1, [stop(7)])).toEqual([]);
  expect(withoutEarlyCancels(cancels, 1, [])).toEqual([]);
  expect(withoutEarlyCancels(cancels, 2, [ask(8)])).toEqual([stop(7), ask(8)]);
  expect(withoutEarlyCancels(cancels, 3, [])).toEqual([]);
});

test('it comes to the same whether two local activities end one after the other or together, as they do on replay', () => {
  const apart = byALocal(7);
  const first = withoutEarlyCancels(apart, 1, [ask(7)]);
  const second = withoutEarlyCancels(apart, 1, [stop(7)]);
  const together = byALocal(7);
  const both = withoutEarlyCancels(together, 1, [ask(7), stop(7)]);
  expect(both).toEqual([...first, ...second]);
  expect(together).toEqual(apart);
});

test('what has ended meanwhile is not told to stop', () => {
  const cancels = byALocal(7);
  withoutEarlyCancels(cancels, 1, [ask(7), stop(7)]);
  noteEnds(cancels, [{ resolveActivity: { seq: 7 } }]);
  expect(withoutEarlyCancels(cancels, 2, [])).toEqual([]);
});

test('what an earlier task asked for, or other news takes back, is told to stop at once', () => {
  const cancels = byALocal(7);
  withoutEarlyCancels(cancels, 1, [ask(7)]);
  expect(withoutEarlyCancels(cancels, 2, [stop(7)])).toEqual([stop(7)]);
  const update = [ask(8), stop(8)];
  expect(withoutEarlyCancels(cancels, 2, update)).toEqual(update);
});

// What tells an activity to stop, and when (docs/decisions/0129-news-ahead-of-its-task.md).
import { expect, test } from '@jest/globals';
import { noCancels, noteEnds, withoutEarlyCancels } from '../../src/workflows/early-cancels';

const ask = (seq: number) => ({ scheduleActivity: { seq } });
const stop = (seq: number) => ({ requestCancelActivity: { seq } });

test('what a local activity takes back of its own task waits for a later one', () => {
  const cancels = noCancels();
  expect(withoutEarlyCancels(cancels, { number: 1, hasEndsOfLocals: false }, [ask(7)])).toEqual([ask(7)]);
  expect(withoutEarlyCancels(cancels, { number: 1, hasEndsOfLocals: true }, [stop(7)])).toEqual([]);
  expect(withoutEarlyCancels(cancels, { number: 1, hasEndsOfLocals: true }, [])).toEqual([]);
  expect(withoutEarlyCancels(cancels, { number: 2, hasEndsOfLocals: false }, [ask(8)])).toEqual([stop(7), ask(8)]);
  expect(withoutEarlyCancels(cancels, { number: 3, hasEndsOfLocals: false }, [])).toEqual([]);
});

test('it comes to the same whether two local activities end one after the other or together, as they do on replay', () => {
  const apart = noCancels();
  const first = withoutEarlyCancels(apart, { number: 1, hasEndsOfLocals: true }, [ask(7)]);
  const second = withoutEarlyCancels(apart, { number: 1, hasEndsOfLocals: true }, [stop(7)]);
  const together = noCancels();
  const both = withoutEarlyCancels(together, { number: 1, hasEndsOfLocals: true }, [ask(7), stop(7)]);
  expect(both).toEqual([...first, ...second]);
  expect(together).toEqual(apart);
});

test('what has ended meanwhile is not told to stop', () => {
  const cancels = noCancels();
  withoutEarlyCancels(cancels, { number: 1, hasEndsOfLocals: true }, [ask(7), stop(7)]);
  noteEnds(cancels, [{ resolveActivity: { seq: 7 } }]);
  expect(withoutEarlyCancels(cancels, { number: 2, hasEndsOfLocals: false }, [])).toEqual([]);
});

test('what an earlier task asked for, or other news takes back, is told to stop at once', () => {
  const cancels = noCancels();
  withoutEarlyCancels(cancels, { number: 1, hasEndsOfLocals: false }, [ask(7)]);
  expect(withoutEarlyCancels(cancels, { number: 2, hasEndsOfLocals: true }, [stop(7)])).toEqual([stop(7)]);
  const update = [ask(8), stop(8)];
  expect(withoutEarlyCancels(cancels, { number: 2, hasEndsOfLocals: false }, update)).toEqual(update);
});

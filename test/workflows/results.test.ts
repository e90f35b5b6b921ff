// When an activity says that it ended, and what stays what it is (docs/decisions/0147-times-after-a-replay.md).
import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { toldAtIn, toldIn } from '../../src/workflows/results';

const ASKED = { tellsTime: true } as const;
const ANSWER = { httpStatus: 200, responseText: '' };

test('what was asked for its time is taken out of what it tells', () => {
  expect(toldIn({ result: ANSWER, endedAt: 5 }, ASKED)).toEqual({ result: ANSWER, endedAt: 5 });
});

test.each([
  ['an earlier worker answers', ANSWER],
  ['an operator completes it with', { result: 'approved', endedAt: 5 }],
  ['an operator completes it with', { result: ANSWER, endedAt: 'now' }],
  ['an operator completes it with', null],
])('what %s without a time stays what it is: %j', (_who, answer) => {
  expect(toldIn<unknown>(answer, ASKED)).toEqual({ result: answer, endedAt: null });
});

test('an execution from before this takes everything as it is', () => {
  const output = { result: ANSWER, endedAt: 5 };
  expect(toldIn<unknown>(output, {})).toEqual({ result: output, endedAt: null });
});

test.each([
  [[5], 5],
  [['now'], null],
  [[1e300], null],
  [[], null],
  [undefined, null],
])('a failure with the details %j ended at %j', (details, endedAt) => {
  expect(toldAtIn(ApplicationFailure.create({ message: 'no', ...(details && { details }) }))).toBe(endedAt);
});

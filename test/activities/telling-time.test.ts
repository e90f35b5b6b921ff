import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { tellingTime } from '../../src/activities/telling-time';

interface Task {
  readonly fails?: Error;
  readonly tellsTime?: true;
}

const run = tellingTime(async ({ fails }: Task) => {
  if (fails) throw fails;
  return { httpStatus: 200 };
});

test('an activity that is asked to says when it ended, and one of an earlier execution does not', async () => {
  expect(await run({})).toEqual({ httpStatus: 200 });
  expect(await run({ tellsTime: true })).toEqual({ result: { httpStatus: 200 }, endedAt: expect.any(Number) });
});

test('so it does when it fails, and its failure stays what it was', async () => {
  const fails = ApplicationFailure.create({ type: 'webhook-node-failed', message: 'no', nonRetryable: true });
  await expect(run({ fails })).rejects.toMatchObject({ details: undefined });
  await expect(run({ fails, tellsTime: true })).rejects.toBe(fails);
  expect(fails).toMatchObject({ type: 'webhook-node-failed', nonRetryable: true, details: [expect.any(Number)] });
});

test('what is no failure of ours passes as it is', async () => {
  const fails = new Error('a bug');
  await expect(run({ fails, tellsTime: true })).rejects.toBe(fails);
  expect(fails).not.toHaveProperty('details');
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

/** Unless what is not answered is asked again, one read in 24 gets no answer; now and then a busy machine gives none either. */
const ROUNDS = 12;
const UNANSWERED_MAX = 2;
const READERS = 6;

test('many who read an execution together that has just ended are answered', async () => {
  const definitionId = await api.define(waitsFor('ada'));
  const answers: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { executionId } = await api.waiting(definitionId, ['review']);
    await api.call('executions/cancel', { executionId });
    for (const read of ['executions/getEvents', 'executions/get', 'executions/getEvents']) {
      const together = Array.from({ length: READERS }, () => api.call(read, { executionId }));
      answers.push(...(await Promise.all(together)).map(({ http }) => http));
    }
  }
  const unanswered = answers.filter((http) => http !== 200);
  expect(unanswered.filter((http) => http !== 503 && http !== 504)).toEqual([]);
  expect(unanswered.length).toBeLessThanOrEqual(UNANSWERED_MAX);
});

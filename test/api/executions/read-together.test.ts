import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

/** About every third round loses a query unless what is not answered is asked again. */
const ROUNDS = 12;
const READERS = 6;

test('many who read an execution together that has just ended are all answered', async () => {
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
  expect(answers.filter((http) => http !== 200)).toEqual([]);
});

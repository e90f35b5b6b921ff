// How long a start waits for the execution before it, which has ended, to be closed.
import { expect, jest, test } from '@jest/globals';
import { hasClosed } from '../../../src/api/executions/closing';
import type { ExecutionGateway } from '../../../src/api/executions/gateway';
import type { ExecutionRecord } from '../../../src/api/executions/presentation';

const record = { status: 'RUNNING', memo: { idempotencyKey: 'k' } } as unknown as ExecutionRecord;

test('a Temporal that takes a second for each look makes the wait no longer than its bound and one look', async () => {
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  let looks = 0;
  const executions = {
    view: async () => ({ status: 'completed' }),
    find: async () => {
      looks += 1;
      now += 1_000;
      return record;
    },
  } as unknown as ExecutionGateway;
  expect(await hasClosed(executions, 'dev', record)).toBe(false);
  clock.mockRestore();
  expect(looks).toBe(3);
});

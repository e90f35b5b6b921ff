import { describe, expect, test } from '@jest/globals';
import { type Client, QueryNotRegisteredError, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { oneAfterAnother } from '../../src/api/definitions/one-after-another';
import { ApiError } from '../../src/api/errors';
import { answerRefusal } from '../../src/api/refusals';
import { EXPLAIN_MS_MAX, withTemporal } from '../../src/api/temporal-errors';
import type { Logger } from '../../src/logger';
import { GRPC } from '../../src/temporal/grpc';
import { createTurns } from '../../src/temporal/turns';
import { ONLY_A_PART } from '../../src/workflows/contract/messages';

const client = { withDeadline: (_deadline: number, calls: () => Promise<unknown>) => calls() } as unknown as Client;

describe('what becomes of an update or a query that failed', () => {
  test('one that the worker left undone is UNAVAILABLE: to ask again is safe', async () => {
    const message = "Workflow Update is rejected because it wasn't processed by worker.";
    const cause = ApplicationFailure.create({ message, type: 'UnprocessedUpdate', nonRetryable: true });
    const failing = withTemporal(client, () => Promise.reject(new WorkflowUpdateFailedError('failed', cause)));
    await expect(failing).rejects.toMatchObject({ status: 'UNAVAILABLE', http: 503 });
  });

  test.each([
    ['this worker knows rules 2, and the execution was dispatched with rules 3', { status: 'UNAVAILABLE', http: 503 }],
    ['this worker knows no rules 4 of further attempts', { status: 'UNAVAILABLE', http: 503 }],
    [`${ONLY_A_PART}, and more`, { status: 'UNAVAILABLE', http: 503 }],
    ['[TMPRL1100] Nondeterminism error', { name: 'QueryNotRegisteredError' }],
  ])('a query that a worker fails with "%s" is what it says', async (message, becomes) => {
    const failing = withTemporal(client, () => Promise.reject(new QueryNotRegisteredError(message, 3)));
    await expect(failing).rejects.toMatchObject(becomes);
  });

  test('one that the execution takes for malformed is INVALID_ARGUMENT, in its words', async () => {
    const message = 'reason: at most 2000 characters';
    const error = new WorkflowUpdateFailedError('failed', ApplicationFailure.create({ message, type: 'malformed' }));
    const failing = withTemporal(client, () => Promise.reject(error));
    await expect(failing).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', http: 400, message });
  });

  test('any other stays what it is', async () => {
    const error = new WorkflowUpdateFailedError('failed', ApplicationFailure.create({ type: 'another' }));
    await expect(withTemporal(client, () => Promise.reject(error))).rejects.toBe(error);
  });
});

describe('what Temporal itself failed at', () => {
  const details = 'sql: database is closed';
  const faultOf = (code: number) =>
    new ServiceError('Failed to start Workflow', {
      cause: Object.assign(new Error(details), { code, details, metadata: {} }),
    });
  const refusalOf = (error: Error) => withTemporal(client, () => Promise.reject(error)).catch((it: unknown) => it);

  test.each(['UNKNOWN', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'INTERNAL', 'DATA_LOSS'] as const)(
    '%s is UNAVAILABLE, with a time to come again and nothing of what Temporal said',
    async (code) => {
      const refusal = (await refusalOf(faultOf(GRPC[code]))) as ApiError;
      expect(refusal).toMatchObject({ status: 'UNAVAILABLE', http: 503, retryAfterSeconds: 2 });
      expect(refusal.message).not.toContain(details);
    },
  );

  test('is logged as an error, with what Temporal said, and so is a bug; what passes is not', async () => {
    const lines: { readonly err: Error; readonly message: string }[] = [];
    const error = ({ err }: { err: Error }, message: string) => void lines.push({ err, message });
    const answer = answerRefusal({ error } as unknown as Logger);
    const response = { locals: { requestId: 'it' }, destroyed: true, destroy: () => undefined };
    const fault = faultOf(GRPC.INTERNAL);
    const bug = new Error('a bug');
    for (const thrown of [await refusalOf(fault), bug, await refusalOf(faultOf(GRPC.UNAVAILABLE))]) {
      answer(thrown, { complete: true } as never, response as never, () => undefined);
    }
    expect(lines).toEqual([
      { err: fault, message: 'Temporal failed' },
      { err: bug, message: 'a bug: request failed' },
    ]);
  });
});

test('an answer and the reason why there is none have less than five seconds together', async () => {
  const given: number[] = [];
  const noting = {
    withDeadline: (deadline: number, calls: () => Promise<unknown>) => {
      given.push(deadline - Date.now());
      return calls();
    },
  } as unknown as Client;
  for (const purpose of ['answering', 'explaining'] as const)
    await withTemporal(noting, async () => undefined, purpose);
  const [answering = 0, explaining = 0] = given;
  expect(given).toHaveLength(2);
  expect(answering + explaining).toBeLessThan(5_000);
});

describe('what waits for its turn', () => {
  const forEver = () => new Promise<never>(() => {});
  const turns = createTurns();
  const inTurn = oneAfterAnother();

  test.each<[string, () => Promise<unknown>]>([
    ['an Update behind others of its workflow', () => turns.take('w', 0, forEver)],
    ['a change behind others of its definition', () => inTurn('d', forEver)],
  ])('%s is answered by its own deadline, however long these take', async (_what, take) => {
    for (let others = 0; others < 5; others++) void take();
    const waiting = withTemporal(client, take, 'explaining');
    await expect(waiting).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED', http: 504 });
  });

  test('what fails before its deadline, or a moment after it, says why itself', async () => {
    const refusal = new ApiError('UNAVAILABLE', 'of its own');
    const late = new Promise((_resolve, reject) => setTimeout(() => reject(refusal), EXPLAIN_MS_MAX + 20));
    await expect(withTemporal(client, () => late, 'explaining')).rejects.toBe(refusal);
  });
});

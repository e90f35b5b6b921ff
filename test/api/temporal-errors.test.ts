import { describe, expect, test } from '@jest/globals';
import { type Client, QueryNotRegisteredError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { withTemporal } from '../../src/api/temporal-errors';

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

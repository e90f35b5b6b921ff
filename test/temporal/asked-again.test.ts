import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import type { WorkflowQueryInput } from '@temporalio/client';
import { QueryNotRegisteredError, ServiceError } from '@temporalio/client';
import { askingAgain, REPEATS_AT_ONCE_MAX } from '../../src/temporal/asked-again';
import { GRPC } from '../../src/temporal/grpc';
import { ONLY_A_PART } from '../../src/workflows/contract/messages';

const AFTER_MS = 50;
const closed = async () => true;
/** What is given up has an end at once, as with the client's connection. */
const connection = {
  withAbortSignal: <R>(signal: AbortSignal, ask: () => Promise<R>): Promise<R> =>
    Promise.race([
      ask(),
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(refused(GRPC.CANCELLED, 'given up')), { once: true });
      }),
    ]),
};
const input = { queryType: 'view', workflowExecution: { workflowId: 'w' } } as unknown as WorkflowQueryInput;
const never = () => new Promise<unknown>(() => undefined);
const refused = (code: number, details: string) =>
  new ServiceError('refused', { cause: Object.assign(new Error(details), { code, details, metadata: {} }) });

/** What the client says when its queries are answered like this, and how many there were. */
async function asked(...answers: (() => Promise<unknown>)[]) {
  const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>();
  for (const answer of answers) next.mockImplementationOnce(answer);
  const outcome = await askingAgain(connection, closed, () => AFTER_MS)
    .query(input, next)
    .catch((error: Error) => error.message);
  return { outcome, times: next.mock.calls.length };
}

const later = (millis: number, answer: () => unknown) => () => sleep(millis).then(answer);
const throwing = (error: Error) => () => {
  throw error;
};

const ahead = throwing(new QueryNotRegisteredError(`${ONLY_A_PART}, and more`, GRPC.INVALID_ARGUMENT));

describe('a query', () => {
  test('that is answered is asked once', async () => {
    expect(await asked(async () => 'seen')).toEqual({ outcome: 'seen', times: 1 });
  });

  test('that is refused is asked once', async () => {
    expect(await asked(later(1, throwing(new Error('not found'))))).toEqual({ outcome: 'not found', times: 1 });
  });

  test('that nobody answers is asked again', async () => {
    expect(await asked(never, async () => 'seen')).toEqual({ outcome: 'seen', times: 2 });
    expect(await asked(never, never, async () => 'seen')).toEqual({ outcome: 'seen', times: 3 });
  });

  test('is asked three times at most', async () => {
    const outOfTime = later(5 * AFTER_MS, throwing(new Error('out of time')));
    expect(await asked(outOfTime, never, never, async () => 'seen')).toEqual({ outcome: 'out of time', times: 3 });
  });

  test('that came ahead of a workflow task is asked again until that has come', async () => {
    expect(await asked(later(1, ahead), later(1, ahead), async () => 'seen')).toEqual({ outcome: 'seen', times: 3 });
  });

  test('that comes ahead of a task which does not come is refused in time for its caller to be told why', async () => {
    const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(later(1, ahead));
    const isOpen = async () => false;
    const refusal = askingAgain(connection, isOpen, () => 10_000).query(input, next);
    await expect(refusal).rejects.toThrow(ONLY_A_PART);
    expect(next).toHaveBeenCalledTimes(8);
  });

  test('of what was terminated is asked again until a worker says what there is', async () => {
    const parts = Array.from({ length: 60 }, () => later(0, ahead));
    const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(async () => 'seen');
    for (const part of parts) next.mockImplementationOnce(part);
    expect(await askingAgain(connection, closed, () => 10_000).query(input, next)).toBe('seen');
    expect(next).toHaveBeenCalledTimes(61);
  });

  test('whose repeat came ahead of a workflow task has the answer of the one that came with it', async () => {
    const first = later(4 * AFTER_MS, () => 'seen');
    const parts = Array.from({ length: 40 }, () => later(1, ahead));
    expect((await asked(first, ...parts)).outcome).toBe('seen');
  });

  test('that is slow has the answer that comes first', async () => {
    expect(
      await asked(
        later(1.5 * AFTER_MS, () => 'first'),
        never,
      ),
    ).toEqual({ outcome: 'first', times: 2 });
  });

  test('whose run closed meanwhile is refused as soon as the second one is', async () => {
    expect(await asked(never, later(1, throwing(new Error('closed'))))).toEqual({ outcome: 'closed', times: 2 });
  });

  test.each([
    ['for which there is no room', refused(GRPC.RESOURCE_EXHAUSTED, 'consistent query buffer is full')],
    ['which cannot be sent', refused(GRPC.UNAVAILABLE, 'transport error')],
    ['which nobody may answer yet', refused(GRPC.FAILED_PRECONDITION, 'workflow task is not scheduled yet')],
  ])('%s a second time waits for the first', async (_why, failure) => {
    const seenLater = later(1.5 * AFTER_MS, () => 'seen');
    expect(await asked(seenLater, later(1, throwing(failure)))).toEqual({ outcome: 'seen', times: 2 });
  });

  test.each([
    ['is open', async () => false],
    ['cannot be looked at', () => Promise.reject(new Error('away'))],
  ])('of what %s is asked once, however long that takes', async (_what, hasClosed) => {
    const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(later(4 * AFTER_MS, () => 'seen'));
    expect(await askingAgain(connection, hasClosed, () => AFTER_MS).query(input, next)).toBe('seen');
    expect(next).toHaveBeenCalledTimes(1);
  });

  test('that has its answer leaves the places of its repeats to others, which nobody answered', async () => {
    const queries = askingAgain(connection, closed, () => AFTER_MS);
    const slow = () => {
      const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(never);
      return queries.query(input, next.mockImplementationOnce(later(1.5 * AFTER_MS, () => 'first')));
    };
    await Promise.all(Array.from({ length: REPEATS_AT_ONCE_MAX }, slow));
    const dropped = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(async () => 'seen');
    expect(await Promise.race([queries.query(input, dropped.mockImplementationOnce(never)), sleep(500)])).toBe('seen');
  });

  test('that a repeat has answered is given up with the first one and all others', async () => {
    const signals: AbortSignal[] = [];
    const watched = {
      withAbortSignal: <R>(signal: AbortSignal, ask: () => Promise<R>): Promise<R> => {
        signals.push(signal);
        return ask();
      },
    };
    const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(async () => 'seen');
    next.mockImplementationOnce(never).mockImplementationOnce(never);
    expect(await askingAgain(watched, closed, () => AFTER_MS).query(input, next)).toBe('seen');
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true]);
  });

  test('is not asked again while so many others are', async () => {
    const queries = askingAgain(connection, closed, () => AFTER_MS);
    const next = jest.fn<(input: WorkflowQueryInput) => Promise<unknown>>(later(5 * AFTER_MS, () => 'seen'));
    const many = 3 * REPEATS_AT_ONCE_MAX;
    const answers = Array.from({ length: many }, () => queries.query(input, next));
    expect(await Promise.all(answers)).toEqual(Array(many).fill('seen'));
    expect(next).toHaveBeenCalledTimes(many + REPEATS_AT_ONCE_MAX);
  });
});

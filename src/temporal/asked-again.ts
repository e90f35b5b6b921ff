// A query that is not answered is asked again (docs/decisions/0125-queries-that-are-dropped.md).
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionLike, WorkflowClientInterceptor, WorkflowQueryInput } from '@temporalio/client';
import { GRPC, grpcCodeOf, isNotTakenUp, isOnlyPart } from './grpc';

type Query = Required<Pick<WorkflowClientInterceptor, 'query'>>;

/** So many more times at most, ... */
const REPEATS_MAX = 2;
/** ... and so many of a client at once: where workers are slow, and drop nothing, repeats would only make them slower. */
export const REPEATS_AT_ONCE_MAX = 16;
/**
 * Many times what an answer takes, and early enough for all of them within a call's time. Never the same: those that were dropped
 * together would meet again.
 */
const againMs = (): number => 800 + 400 * Math.random();

/**
 * A query that came ahead of a workflow task is answered with that one; of what was terminated in Temporal none comes, and each worker
 * says so ten times before it answers with what there is (../workflows/news-in-turn.ts).
 */
const PARTS_MAX = 60;
const withItsTaskMs = (): number => 20 + 30 * Math.random();

export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

/**
 * For a client's queries. They change nothing, so whichever answer comes first is the answer, a refusal too. Only of what has closed: a
 * query that Temporal still holds for an open one is in the way of a repeat, whose refusal would throw out the updates that wait there
 * (decision 0109). Once there is an answer the others are given up, so that they take no places of further ones until their time is up.
 */
export function askingAgain(
  connection: Pick<ConnectionLike, 'withAbortSignal'>,
  hasClosed: (execution: Execution) => Promise<boolean>,
  afterMs: () => number = againMs,
): Query {
  let underWay = 0;
  return {
    async query(input, next) {
      const others = new AbortController();
      const ask = () => connection.withAbortSignal(others.signal, () => next(input));
      const first = untilWhole(ask);
      let answer = first;
      try {
        for (let repeats = 0; repeats < REPEATS_MAX; repeats++) {
          if (await isSettledWithin(afterMs(), answer)) break;
          if (underWay === REPEATS_AT_ONCE_MAX || !(await hasClosed(executionIn(input)).catch(() => false))) continue;
          underWay++;
          const again = untilWhole(ask).finally(() => underWay--);
          answer = Promise.race([answer, unlessFailed(again, first)]);
        }
        return await answer;
      } finally {
        others.abort();
      }
    },
  };
}

async function untilWhole<T>(ask: () => Promise<T>): Promise<T> {
  for (let parts = 1; ; parts++) {
    try {
      return await ask();
    } catch (error) {
      if (!isOnlyPart(error) || parts === PARTS_MAX) throw error;
    }
    await sleep(withItsTaskMs());
  }
}

function executionIn({ workflowExecution: { workflowId, runId } }: WorkflowQueryInput): Execution {
  return { workflowId: workflowId ?? '', ...(runId ? { runId } : {}) };
}

/** That a repeat fails is no answer: that of the first is waited for. */
function unlessFailed(again: Promise<unknown>, first: Promise<unknown>): Promise<unknown> {
  return again.catch((error: unknown) => {
    const code = grpcCodeOf(error);
    const isOfTemporal = code !== null && code !== GRPC.NOT_FOUND && code !== GRPC.INVALID_ARGUMENT;
    // Another worker may have the first one, and know the rules.
    if (isOfTemporal || isNotTakenUp(error) || isOnlyPart(error)) return first;
    throw error;
  });
}

async function isSettledWithin(millis: number, answer: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      answer.then(
        () => true,
        () => true,
      ),
      sleep(millis, false, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}

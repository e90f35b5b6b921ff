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
 * A query that came ahead of a workflow task is answered with that one: it comes within milliseconds, or when Temporal gives it to another
 * worker, after five seconds. Each time costs a worker a replay. Together the pauses are less than a call has.
 */
const PARTS_MAX = 8;
const FIRST_PAUSE_MS = 25;
const PAUSE_MS_MAX = 1_000;
const pauseMs = (parts: number): number =>
  Math.min(PAUSE_MS_MAX, FIRST_PAUSE_MS * 2 ** (parts - 1)) * (0.7 + 0.6 * Math.random());
/**
 * What was terminated in Temporal has no further task: when that has not come by then it is looked at whether it has closed. A worker
 * answers with what there is when it has said so often enough (../workflows/part-of-a-task.ts). Without a pause the next query would meet
 * a worker that is about to forget the run, and drops it (decision 0125).
 */
const PARTS_BEFORE_A_LOOK = 4;
const PARTS_OF_CLOSED_MAX = 100;
const PAUSE_OF_CLOSED_MS = 20;

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
      const whole = () => untilWhole(ask, () => hasClosed(executionIn(input)).catch(() => false));
      const first = whole();
      let answer = first;
      try {
        for (let repeats = 0; repeats < REPEATS_MAX; repeats++) {
          if (await isSettledWithin(afterMs(), answer)) break;
          if (underWay === REPEATS_AT_ONCE_MAX || !(await hasClosed(executionIn(input)).catch(() => false))) continue;
          underWay++;
          const again = whole().finally(() => underWay--);
          answer = Promise.race([answer, unlessFailed(again, first)]);
        }
        return await answer;
      } finally {
        others.abort();
      }
    },
  };
}

async function untilWhole<T>(ask: () => Promise<T>, looksClosed: () => Promise<boolean>): Promise<T> {
  let isClosed = false;
  for (let parts = 1; ; parts++) {
    try {
      return await ask();
    } catch (error) {
      if (!isOnlyPart(error) || parts === (isClosed ? PARTS_OF_CLOSED_MAX : PARTS_MAX)) throw error;
    }
    if (parts === PARTS_BEFORE_A_LOOK) isClosed = await looksClosed();
    await sleep(isClosed ? PAUSE_OF_CLOSED_MS : pauseMs(parts));
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

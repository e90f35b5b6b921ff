// Holds a read back until a worker has taken up an execution that was dispatched here a moment ago.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { describeRun } from '../../temporal/described-run';
import type { Place } from './place';

/**
 * A query that comes before the first workflow task has begun rides on it and is answered in its middle: it cuts the
 * task in two and sees nothing of what the quick agents do. One that comes later is answered when the task is done
 * (docs/decisions/0010-reads-beside-the-first-task.md). After this long the answer is that nothing has happened yet;
 * it leaves the query the rest of the call's time.
 */
const WAIT_MS_MAX = 2_000;
/** The first look comes so many times as long after the dispatch as its call to Temporal took, and each further one twice as late. */
const FIRST_LOOK = 3;
const FIRST_LOOK_MS_MIN = 10;
const LATER_LOOKS = 2;
const EXECUTIONS_MAX = 10_000;
/** The run's start, its first workflow task as scheduled, and as begun. */
export const FIRST_TASK_EVENTS = 3;

export interface FirstTasks {
  /** This execution was started here, by a call of so many milliseconds; whether a worker has taken it up is not known. */
  started(workflowId: string, tookMs: number): void;
  /** True as soon as a query is in place; false when no worker took the execution up in time. */
  begun(place: Place): Promise<boolean>;
}

interface Waiting {
  /** Milliseconds, as `performance.now` has them. */
  readonly since: number;
  /** Milliseconds after `since`. */
  readonly nextLook: number;
}

export function firstTasks(client: Client): FirstTasks {
  const waiting = new LRUCache<string, Waiting>({ max: EXECUTIONS_MAX });
  return {
    started(workflowId, tookMs) {
      const nextLook = Math.min(WAIT_MS_MAX, Math.max(FIRST_LOOK_MS_MIN, FIRST_LOOK * tookMs));
      waiting.set(workflowId, { since: performance.now(), nextLook });
    },
    async begun({ workflowId, runId }) {
      const until = performance.now() + WAIT_MS_MAX;
      for (let it = waiting.get(workflowId); it !== undefined; it = waiting.get(workflowId)) {
        await sleep(Math.max(0, Math.min(it.since + it.nextLook, until) - performance.now()));
        const run = await describeRun(client, runId === undefined ? { workflowId } : { workflowId, runId });
        if (run === null || run.historyLength >= FIRST_TASK_EVENTS) {
          waiting.delete(workflowId);
          return true;
        }
        const lookedAt = performance.now();
        if (lookedAt >= until) return false;
        waiting.set(workflowId, { since: it.since, nextLook: LATER_LOOKS * (lookedAt - it.since) });
      }
      return true;
    },
  };
}

/** The first page has the first task's end, unless signals came before it; those have all the next. */
const EVENTS_AT_ONCE = { first: 10, next: 1_000 };

/**
 * Whether a workflow task of the execution was ever completed, as its history has it. Its length says no only of one that
 * nothing came to: signals, a cancel request and an attempt that failed are events too (docs/decisions/0126).
 */
export async function hasRun(client: Client, { workflowId, runId }: Place): Promise<boolean> {
  const { namespace } = client.options;
  const execution = runId === undefined ? { workflowId } : { workflowId, runId };
  for (let nextPageToken: Uint8Array | null | undefined; ; ) {
    const page = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution,
      maximumPageSize: nextPageToken ? EVENTS_AT_ONCE.next : EVENTS_AT_ONCE.first,
      ...(nextPageToken && { nextPageToken }),
    });
    const isDone = (page.history?.events ?? []).some(
      ({ workflowTaskCompletedEventAttributes: task, workflowExecutionStartedEventAttributes: start }) =>
        task || start?.continuedExecutionRunId,
    );
    if (isDone) return true;
    nextPageToken = page.nextPageToken;
    if (!nextPageToken || nextPageToken.length === 0) return false;
  }
}

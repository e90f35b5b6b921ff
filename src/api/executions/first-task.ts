// Holds a read back until a worker has taken up an execution that was dispatched here a moment ago.
import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { GRPC, grpcCodeOf } from '../../temporal/grpc';
import type { Place } from './place';

/**
 * A query that comes before the first workflow task has begun rides on it and is answered in its middle: it cuts the
 * task in two and sees nothing of what the quick agents do. One that comes later is answered when the task is done
 * (docs/decisions/0010-reads-beside-the-first-task.md). After this long the answer is that nothing has happened yet;
 * it leaves the query the rest of the call's time.
 */
const WAIT_MS_MAX = 2_000;
/** The server ends a poll some time before its deadline, so one that should last is given more than it needs. */
const POLL_MS_MAX = 10_000;
const EXECUTIONS_MAX = 10_000;
/** The run's start, its first workflow task as scheduled, and as begun. */
export const FIRST_TASK_EVENTS = 3;

export interface FirstTasks {
  /** This execution was started here; whether a worker has taken it up is not known. */
  started(workflowId: string): void;
  /** True as soon as a query is in place; false when no worker took the execution up in time. */
  begun(place: Place): Promise<boolean>;
}

/** How far the history of one run has been followed. */
interface Followed {
  readonly events: number;
  /** Empty before the first page and after the last. */
  readonly token: Uint8Array;
}

const NOTHING: Followed = { events: 0, token: new Uint8Array() };

export function firstTasks(client: Client): FirstTasks {
  const waiting = new LRUCache<string, Followed>({ max: EXECUTIONS_MAX });

  /** Long polls: as many calls as there is news, and none in between. */
  async function takenUp(place: Place): Promise<void> {
    const { workflowId } = place;
    for (let it = waiting.get(workflowId); it !== undefined; it = waiting.get(workflowId)) {
      const next = await follow(client, place, it);
      if (next.events >= FIRST_TASK_EVENTS || next.token.length === 0) waiting.delete(workflowId);
      else waiting.set(workflowId, next);
    }
  }

  return {
    started: (workflowId) => void waiting.set(workflowId, NOTHING),
    async begun(place) {
      if (!waiting.has(place.workflowId)) return true;
      try {
        await client.withDeadline(Date.now() + POLL_MS_MAX, () =>
          client.withAbortSignal(AbortSignal.timeout(WAIT_MS_MAX), () => takenUp(place)),
        );
        return true;
      } catch (error) {
        const code = grpcCodeOf(error);
        if (code === GRPC.DEADLINE_EXCEEDED || code === GRPC.CANCELLED) return false;
        throw error;
      }
    },
  };
}

async function follow(client: Client, { workflowId, runId }: Place, { events, token }: Followed): Promise<Followed> {
  const { history, nextPageToken } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: runId === undefined ? { workflowId } : { workflowId, runId },
    waitNewEvent: true,
    nextPageToken: token,
  });
  return { events: events + (history?.events?.length ?? 0), token: nextPageToken ?? NOTHING.token };
}

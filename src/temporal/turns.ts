// Updates of one workflow take turns: Temporal has ten in flight, and throws them all out when it refuses an eleventh; and one
// workflow task answers all that it was given, in one message of at most 4 MB that repeats them.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Semaphore } from 'async-mutex';
import { isTooManyUpdates } from './grpc';
import { isUnprocessed } from './update-refusal';

export interface Turns {
  /**
   * Has one Update sent once there is room for so many bytes beside what is under way, first come first served. What Temporal
   * refuses because too many are in flight is sent again, alone among this process's, until the deadline of `send`. The update id
   * stays the same: one that was thrown out, and refused when it was repeated, may still have come about. What a worker was given
   * and did not come to is sent again four times at most. The caller bounds its wait for its turn; `send` must send nothing after
   * that.
   */
  take<T>(workflowId: string, bytes: number, send: (updateId: string) => Promise<T>): Promise<T>;
}

/** Of this process: two of them are never refused. What more of them bring at once is refused, and goes one by one then. */
const AT_ONCE_MAX = 5;
/** What counts as one: so many decisions at once, or one output of the largest size. */
const BYTES_OF_ONE = 32 * 1024;
/** What was refused came before all that wait, and each of these would be refused in its place. */
const REFUSED_FIRST = 1;
/** A worker that knows no such Update never comes to it. */
const UNPROCESSED_MAX = 5;
/** About as long as a workflow task takes; never the same, so that processes that were refused together do not meet again. */
const againMs = (): number => 20 + 60 * Math.random();

interface Places {
  readonly free: Semaphore;
  takers: number;
}

export function createTurns(): Turns {
  const workflows = new Map<string, Places>();
  return {
    async take(workflowId, bytes, send) {
      const places = workflows.get(workflowId) ?? { free: new Semaphore(AT_ONCE_MAX), takers: 0 };
      workflows.set(workflowId, places);
      places.takers++;
      const weight = Math.min(AT_ONCE_MAX, 1 + Math.floor(bytes / BYTES_OF_ONE));
      const updateId = randomUUID();
      const work = () => untilProcessed(() => send(updateId));
      try {
        return await places.free.runExclusive(work, weight);
      } catch (error) {
        if (!isTooManyUpdates(error)) throw error;
        return await places.free.runExclusive(() => untilAdmitted(work), AT_ONCE_MAX, REFUSED_FIRST);
      } finally {
        places.takers--;
        if (places.takers === 0) workflows.delete(workflowId);
      }
    },
  };
}

/** Ends with the deadline of `work` at the latest. */
async function untilAdmitted<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    await sleep(againMs());
    try {
      return await work();
    } catch (error) {
      if (!isTooManyUpdates(error)) throw error;
    }
  }
}

async function untilProcessed<T>(work: () => Promise<T>): Promise<T> {
  for (let unprocessed = 0; ; ) {
    try {
      return await work();
    } catch (error) {
      if (!isUnprocessed(error) || ++unprocessed === UNPROCESSED_MAX) throw error;
    }
    await sleep(againMs());
  }
}

// Changes of one execution take turns: Temporal takes ten Updates of a workflow at once and refuses the next, and one workflow
// task answers all that it was given, in one message of at most 4 MB that repeats them.
import { Semaphore } from 'async-mutex';

export interface Turns {
  /** Does `work` once there is room for so many bytes beside what is under way, first come first served. */
  take<T>(workflowId: string, bytes: number, work: () => Promise<T>): Promise<T>;
}

/** Of this process. Several processes meet at Temporal's own bound, where what is too much is tried again. */
const AT_ONCE_MAX = 8;
/** What counts as one: so many decisions at once, or one output of the largest size. */
const BYTES_OF_ONE = 32 * 1024;

export function createTurns(): Turns {
  const executions = new Map<string, Semaphore>();
  return {
    async take(workflowId, bytes, work) {
      const places = executions.get(workflowId) ?? new Semaphore(AT_ONCE_MAX);
      executions.set(workflowId, places);
      const weight = Math.min(AT_ONCE_MAX, 1 + Math.floor(bytes / BYTES_OF_ONE));
      try {
        return await places.runExclusive(work, weight);
      } finally {
        if (places.getValue() === AT_ONCE_MAX) executions.delete(workflowId);
      }
    },
  };
}

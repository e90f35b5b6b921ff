// Holds a read back until a worker has taken up an execution that was dispatched here a moment ago.
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { ExecutionRecord } from './presentation';

/**
 * A query that comes before the first workflow task has begun rides on it and is answered in its middle: it cuts the
 * task in two and sees nothing of what the quick agents do. One that comes later is answered when the task is done
 * (docs/decisions/0010-reads-beside-the-first-task.md). A describe tells which; the distances between two of them grow threefold.
 */
const LOOK_MS_MIN = 10;
/** After about this long the answer is that nothing has happened yet; it leaves the query most of the call's time. */
const WAIT_MS_MAX = 1_200;
const EXECUTIONS_MAX = 10_000;

export interface FirstTasks {
  /** This execution was started here; whether a worker has taken it up is not known. */
  started(workflowId: string): void;
  /** Resolves to null as soon as a query is in place, or to the record of an execution that no worker took up in time. */
  begun(workflowId: string, look: () => Promise<ExecutionRecord>): Promise<ExecutionRecord | null>;
}

export function firstTasks(): FirstTasks {
  const unknown = new LRUCache<string, true>({ max: EXECUTIONS_MAX });
  return {
    started: (workflowId) => void unknown.set(workflowId, true),
    async begun(workflowId, look) {
      if (!unknown.has(workflowId)) return null;
      let waited = 0;
      for (let wait = LOOK_MS_MIN; ; wait *= 3) {
        const record = await look();
        if (record.firstTask !== 'waits') break;
        if (waited >= WAIT_MS_MAX) return record;
        await sleep(wait);
        waited += wait;
      }
      unknown.delete(workflowId);
      return null;
    },
  };
}

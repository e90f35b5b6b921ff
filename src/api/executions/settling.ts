// Holds a read back that follows its own dispatch at once.
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';

/**
 * Temporal hands an execution to a worker a while after its start; on a busy machine that takes a few times as long as
 * the start took. A query that comes before goes along, and is answered in the middle of the first workflow task: it
 * cuts the task in two (a tenth of a whole flow's cost, bench/) and does not see what the quick agents do. It would
 * have to wait for the worker in any case.
 */
const SETTLING_PER_START = 5;
const SETTLING_MS_MAX = 500;
const EXECUTIONS_MAX = 10_000;

export interface Settling {
  /** The start of this execution, which took `startMs`, has just returned. */
  started(workflowId: string, startMs: number): void;
  /** Resolves at once for everything but an execution that was started here a moment ago. */
  settled(workflowId: string): Promise<void>;
}

export function settling(): Settling {
  const settledAt = new LRUCache<string, number>({ max: EXECUTIONS_MAX, ttl: SETTLING_MS_MAX });
  return {
    started(workflowId, startMs) {
      settledAt.set(workflowId, performance.now() + Math.min(startMs * SETTLING_PER_START, SETTLING_MS_MAX));
    },
    async settled(workflowId) {
      const remaining = (settledAt.get(workflowId) ?? 0) - performance.now();
      if (remaining > 0) await sleep(remaining);
    },
  };
}

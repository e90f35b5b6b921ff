// What executions were dispatched with, for those that this process saw a moment ago: a replay need not ask Temporal.
import { LRUCache } from 'lru-cache';
import type { ExecutionMemo } from '../../workflows/contract/execution';

/** What a replay is answered with, and judged by. Never changes. */
export type Origin = Pick<ExecutionMemo, 'definitionId' | 'correlationId'>;

export interface Origins {
  remember(workflowId: string, origin: Origin): void;
  recall(workflowId: string): Origin | null;
}

/** Far below any retention: an execution that was there is there still, unless an operator has deleted it since. */
const KEPT_MS = 60_000;
const ORIGINS_MAX = 10_000;

export function createOrigins(): Origins {
  const kept = new LRUCache<string, Origin>({ max: ORIGINS_MAX, ttl: KEPT_MS });
  return {
    remember: (workflowId, { definitionId, correlationId }) =>
      void kept.set(workflowId, { definitionId, correlationId }),
    recall: (workflowId) => kept.get(workflowId) ?? null,
  };
}

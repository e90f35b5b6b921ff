// X-on-conflict: what a second start with the same key does. Temporal itself is the lock (contract 5 section 1).
import { createHash, randomBytes } from 'node:crypto';
import { assertNever } from '../../definition/json';
import { isOpen } from '../../temporal/described-run';
import { DIALECT_KEY_DIGITS, dialectKeyOf } from '../../workflows/contract/ids';
import type { DispatchOutcome } from '../executions/dispatching';
import { ConductorError } from './errors';

export const STRATEGIES = ['RETURN_EXISTING', 'FAIL', 'FAIL_ON_RUNNING'] as const;
export type Strategy = (typeof STRATEGIES)[number];

export interface Once {
  readonly key: string;
  readonly strategy: Strategy;
}

/**
 * The key of a new execution: the part that names its workflow id from the caller's key, scoped to the workflow's name,
 * the rest its own. So all starts with one key meet in one workflow id, and each has an id by which it is found again.
 */
export function executionKey(workspace: string, definitionId: string, once: Once | null): string {
  const own = randomBytes(DIALECT_KEY_DIGITS.own).toString('hex');
  if (!once) return dialectKeyOf({ shared: randomBytes(DIALECT_KEY_DIGITS.shared).toString('hex'), own });
  const named = JSON.stringify(['conductor', workspace, definitionId, once.key]);
  return dialectKeyOf({ shared: createHash('sha256').update(named).digest('hex'), own });
}

/** Whether a start may follow others with the same key that have ended. */
export const mayRepeat = (once: Once | null): boolean => once?.strategy === 'FAIL_ON_RUNNING';

type Taken = Extract<DispatchOutcome, { kind: 'taken' }>;

/** The key of the execution to answer with, or null: none stands in the way, only the obstacle counts. */
export function existingKey({ record, obstacle }: Taken, { key, strategy }: Once): string | null {
  switch (strategy) {
    case 'RETURN_EXISTING':
      return record.memo.idempotencyKey;
    case 'FAIL':
      throw conflict(`There is a workflow with the idempotency key "${key}" already.`);
    case 'FAIL_ON_RUNNING':
      // Without an obstacle Temporal has refused the start, because one was running.
      if (obstacle && !isOpen(record.status)) return null;
      throw conflict(`A workflow with the idempotency key "${key}" is running.`);
    default:
      return assertNever(strategy);
  }
}

const conflict = (message: string): ConductorError => new ConductorError('ALREADY_EXISTS', message);

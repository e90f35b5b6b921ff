// What time alone brings: breaches, and reminders of who is waited for (contract 2 section 8, contract 4 section 4).

import type { DefinitionNode } from '../definition/definition';
import { isReminded, remind } from './reminder';
import type { Noted } from './reply';
import type { Run } from './run';
import { breachStep } from './step';
import { earliestOf, stepAt, type Turn, wakeOf } from './turn';

/** When the shell must wake a run, in epoch milliseconds, and for what. */
export interface Wake {
  readonly at: number;
  readonly kind: 'deadline' | 'reminder';
  readonly nodeId: string;
}

/** Whether steps of these nodes can ever be due: a run without any need not be watched. */
export const canWake = (nodes: readonly DefinitionNode[]): boolean =>
  nodes.some((node) => node.slaMs !== undefined || (node.type === 'human' && isReminded(node.config)));

/** Null when nothing is due. One timer serves all steps. */
export function nextWake({ steps, nextDue }: Pick<Run, 'steps' | 'nextDue'>): Wake | null {
  const step = nextDue === null ? undefined : steps[nextDue];
  const at = step === undefined ? null : wakeOf(step);
  if (step === undefined || at === null) return null;
  return { at, kind: step.dueAt === at ? 'deadline' : 'reminder', nodeId: step.nodeId };
}

/**
 * Breaches the step that is due first, if its time has come; when none has to be breached, reminds of the step whose
 * reminder is due first. The shell asks again until nothing is due.
 */
export function passTime(turn: Turn, nextDue: number | null): Noted {
  const wakeAt = nextDue === null ? null : wakeOf(stepAt(turn, nextDue));
  if (nextDue === null || wakeAt === null || wakeAt > turn.at) return { kind: 'ignored-late' };
  const breaching = earliestOf(turn.steps, ({ dueAt }) => (dueAt !== null && dueAt <= turn.at ? dueAt : null));
  if (breaching === null) remind(turn, nextDue);
  else breachStep(turn, breaching);
  return { kind: 'applied' };
}

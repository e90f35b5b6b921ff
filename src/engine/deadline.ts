// Deadlines: which step is due next, and its breach (contract 2 section 8).
import type { Noted } from './reply';
import type { Run, Step } from './run';
import { breachStep } from './step';
import { stepAt, type Turn } from './turn';

/** When the shell must wake this run, in epoch milliseconds; null when nothing is due. One timer serves all steps. */
export function nextDeadlineAt(run: Pick<Run, 'steps' | 'nextDue'>): number | null {
  return nextDueStep(run)?.dueAt ?? null;
}

/** The node of the step that is due next, for the timer's label. */
export function nextDeadlineNodeId(run: Pick<Run, 'steps' | 'nextDue'>): string | null {
  return nextDueStep(run)?.nodeId ?? null;
}

/** Breaches the step that is due first, if its time has come; the shell asks again until nothing is due. */
export function breachEarliest(turn: Turn, nextDue: number | null): Noted {
  const dueAt = nextDue === null ? null : stepAt(turn, nextDue).dueAt;
  if (nextDue === null || dueAt === null || dueAt > turn.at) return { kind: 'ignored-late' };
  breachStep(turn, nextDue);
  return { kind: 'applied' };
}

function nextDueStep({ steps, nextDue }: Pick<Run, 'steps' | 'nextDue'>): Step | null {
  return nextDue === null ? null : (steps[nextDue] ?? null);
}

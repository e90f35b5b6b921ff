// Deadlines: which step is due next, and its breach (contract 2 section 8).
import type { Noted } from './reply';
import type { Run, Step } from './run';
import { breachStep } from './step';
import { isOpen, type Turn } from './turn';

/** When the shell must wake this run, in epoch milliseconds; null when nothing is due. One timer serves all steps. */
export function nextDeadlineAt(run: Run): number | null {
  return earliest(run)?.dueAt ?? null;
}

/** The node of the step that is due next, for the timer's label. */
export function nextDeadlineNodeId(run: Run): string | null {
  return earliest(run)?.nodeId ?? null;
}

/** Breaches the step that is due first, if its time has come; the shell asks again until nothing is due. */
export function breachEarliest(turn: Turn): Noted {
  const due = earliest(turn);
  if (due?.dueAt == null || due.dueAt > turn.at) return { kind: 'ignored-late' };
  breachStep(turn, turn.steps.indexOf(due));
  return { kind: 'applied' };
}

function earliest(run: Pick<Run, 'steps'>): Step | null {
  let first: Step | null = null;
  for (const step of run.steps) {
    if (step.dueAt === null || !isOpen(step.status)) continue;
    if (first?.dueAt == null || step.dueAt < first.dueAt) first = step;
  }
  return first;
}

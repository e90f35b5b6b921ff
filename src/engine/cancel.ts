// Cancels: of an execution, where the engine's answer decides a race with the last approval, and of a single step.
import type { CancelRequested, StepCancelRequested } from './input';
import { refused, stepNotFound } from './refusal';
import type { CancelReply, NotApplied, StepEnded } from './reply';
import type { Run } from './run';
import { cancelAdministratively, cancelOpenSteps } from './step';
import { findStep, positionOf } from './step-positions';
import { emit, isOpen, type Turn } from './turn';

/** Ends a running execution as cancelled; one that has ended stays as it is (contract 2 section 8). */
export function cancelExecution(turn: Turn, { reason }: CancelRequested): CancelReply {
  if (isTerminal(turn)) return { kind: 'cancel', cancelled: false };
  cancelOpenSteps(turn, { actorId: 'system:execution-cancelled', reason: reason ?? 'execution-cancelled' });
  turn.status = 'cancelled';
  turn.cancelledAt = turn.at;
  emit(turn, 'execution.cancelled', null, reason === null ? null : { reason });
  return { kind: 'cancel', cancelled: true };
}

/** Why a step cannot be cancelled, or null when it can (contract 1, steps/cancel). */
export function judgeStepCancel(run: Pick<Run, 'steps'>, { stepId }: StepCancelRequested): NotApplied | null {
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  if (isOpen(step.status)) return null;
  return refused('step-in-wrong-status', `Step "${stepId}" is ${step.status} already; only an open step is cancelled.`);
}

/** Cancels a step that `judgeStepCancel` had nothing against. No edge fires from it. */
export function cancelOneStep(turn: Turn, { stepId, actorId, reason }: StepCancelRequested): StepEnded {
  const position = positionOf(turn.steps, stepId);
  cancelAdministratively(turn, position, { actorId, reason });
  return { kind: 'step-ended' };
}

/** An execution that has ended never changes again. */
export function isTerminal(run: { readonly status: string }): boolean {
  return run.status === 'completed' || run.status === 'failed' || run.status === 'cancelled';
}

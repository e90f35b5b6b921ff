// How a step opens and ends; what it does in between belongs to its node's type (start.ts, agent.ts, human.ts).
import { shortened } from '../definition/beginning';
import { type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { completedData } from './event-data';
import { memberEnded, memberOpened } from './group-state';
import { nodeOf } from './node';
import { isRemindedByMail } from './reminder';
import type { Decision, Step, StepCancel, StepCause, StepError } from './run';
import { appendStep, changeStep, emit, isOpen, stepAt, type Turn } from './turn';

export interface NewStep {
  readonly stepId: string;
  readonly nodeId: string;
  readonly iteration: number;
  readonly cause: StepCause;
}

/** Opens a step; at the step limit the execution fails instead (contract 2 section 5). */
export function openStep(turn: Turn, step: NewStep): number | null {
  const { stepId, nodeId } = step;
  const { stepsMax } = turn.plan.facts;
  if (!hasRoom(turn)) {
    turn.failure ??= {
      code: 'step-limit-exceeded',
      message: `Step "${stepId}" would be number ${stepsMax + 1}, and an execution may have at most ${stepsMax} steps.`,
    };
    return null;
  }
  const position = appendStep(turn, unopened(step));
  memberOpened(turn, position);
  emit(turn, 'step.scheduled', stepId, { nodeId });
  return position;
}

/** Whether one more step may be opened. */
export const hasRoom = (turn: Turn): boolean => turn.steps.length < turn.plan.facts.stepsMax;

/** All properties at once, in one order: so all steps have one shape (`npm run bench:engine` shows what that is worth). */
const unopened = ({ stepId, nodeId, iteration, cause }: NewStep): Step => ({
  stepId,
  nodeId,
  iteration,
  cause,
  status: 'pending',
  startedAt: null,
  completedAt: null,
  dueAt: null,
  endedSeq: null,
  error: null,
  decision: null,
  output: null,
  responses: NONE,
  reassignments: NONE,
  remindAt: null,
  reminded: 0,
  resolutions: NONE,
  override: null,
  cancel: null,
  fired: false,
});
const NONE: readonly never[] = [];

/** Ends a step as completed; its edges and groups are evaluated when the turn settles. */
export function completeStep(turn: Turn, position: number, decision: Decision | null): void {
  const step = endStep(turn, position, { status: 'completed', decision });
  emit(turn, 'step.completed', step.stepId, completedData(turn.plan, step));
}

export function failStep(turn: Turn, position: number, error: StepError): void {
  turn.bytes += jsonBytes({ ...error });
  const { stepId } = endStep(turn, position, { status: 'failed', error });
  emit(turn, 'step.failed', stepId, { error: { code: error.code, message: error.message } });
}

/** What is kept of an error that came from outside. */
export const withShortMessage = ({ code, message }: StepError): StepError => ({
  code,
  message: shortened(message, LIMITS.errorMessageLengthMax),
});

export function breachStep(turn: Turn, position: number): void {
  const slaMs = nodeOf(turn.plan, stepAt(turn, position).nodeId).slaMs ?? 0;
  const error = { code: 'sla-exceeded', message: `The step did not end within its slaMs of ${slaMs} ms.` };
  turn.bytes += jsonBytes(error);
  const { stepId } = endStep(turn, position, { status: 'breached', error });
  emit(turn, 'step.breached', stepId, { reason: error.code });
}

/** Cancels an open step; no edge fires from it. */
export function cancelStep(turn: Turn, position: number, by: Omit<StepCancel, 'isAdministrative'>): void {
  endAsCancelled(turn, position, { actorId: by.actorId, reason: by.reason, isAdministrative: false });
}

/** What steps/cancel does (contract 2 section 5, An administrative cancel). */
export function cancelAdministratively(turn: Turn, position: number, by: Omit<StepCancel, 'isAdministrative'>): void {
  endAsCancelled(turn, position, { actorId: by.actorId, reason: by.reason, isAdministrative: true });
}

export function cancelOpenSteps(
  turn: Turn,
  by: Omit<StepCancel, 'isAdministrative'>,
  isMeant: (step: Step) => boolean = () => true,
): void {
  if (turn.openSteps === 0) return;
  for (const [position, step] of turn.steps.entries()) {
    if (isOpen(step.status) && isMeant(step)) cancelStep(turn, position, by);
  }
}

function endAsCancelled(turn: Turn, position: number, cancel: StepCancel): void {
  const { actorId, reason } = cancel;
  turn.bytes += cancelBytes(cancel);
  const { stepId } = endStep(turn, position, { status: 'cancelled', cancel });
  emit(turn, 'step.cancelled', stepId, { actorId, reason });
}

const cancelBytes = ({ actorId, reason }: StepCancel): number =>
  jsonBytes({ actorId, reason } satisfies JsonObject) + 8;

/** The number of the event that tells it is the next one. What is at work for it is told to stop. */
function endStep(turn: Turn, position: number, change: Partial<Step>): Step {
  const { status, stepId } = stepAt(turn, position);
  const step = changeStep(turn, position, {
    ...change,
    completedAt: turn.at,
    endedSeq: turn.seq + 1,
    remindAt: null,
  });
  turn.openSteps -= 1;
  memberEnded(turn, position);
  // One that has reported needs not be told: it put something out, or it failed.
  const hasReported = step.output !== null || (step.status === 'failed' && step.override === null);
  // A mail that reminds of it may still be on its way.
  const isAtWork = (status === 'running' && !hasReported) || isRemindedByMail(turn.plan, step);
  if (isAtWork) turn.effects.push({ kind: 'cancel-work', stepId });
  turn.ended.push(position);
  return step;
}

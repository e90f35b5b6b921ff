// Passing a review on: an undecided reviewer's part goes to another person (contract 4 section 4, steps/reassign).
import { jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { reassignedData } from './event-data';
import type { ReviewerReassigned } from './input';
import { nodeOf } from './node';
import { refused, stepNotFound } from './refusal';
import type { NotApplied, StepReassigned } from './reply';
import { isReviewer } from './reviewers';
import type { Plan, Reassignment, Run, Step } from './run';
import { findStep, positionOf } from './step-positions';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';

/** Why a part cannot be passed on, or null when it can. Checked in this order; changes nothing. */
export function judgeReassign(plan: Plan, run: Pick<Run, 'steps'>, input: ReviewerReassigned): NotApplied | null {
  const { stepId, fromReviewerId, toReviewerId } = input;
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  const node = nodeOf(plan, step.nodeId);
  if (node.type !== 'human') {
    return refused('step-not-human', `Step "${stepId}" is of type ${node.type}; only human steps have reviewers.`);
  }
  if (step.status === 'pending' || step.status === 'running') {
    return refused('step-not-waiting-yet', `Step "${stepId}" does not wait for decisions yet; try again.`);
  }
  const isHeldByFrom = isReviewer(node, step, fromReviewerId);
  // A repeat, as after a lost answer: also when the step has ended since.
  if (!isHeldByFrom && lastPassedTo(step, fromReviewerId) === toReviewerId) return { kind: 'reassigned-already' };
  if (!isOpen(step.status)) {
    return refused('step-in-wrong-status', `Step "${stepId}" is ${step.status} already; nobody is waited for.`);
  }
  if (!isHeldByFrom) {
    const message = `"${fromReviewerId}" is not a reviewer of step "${stepId}"; executions/get shows who is.`;
    return refused('from-not-a-reviewer', message);
  }
  if (step.responses.some(({ reviewerId }) => reviewerId === fromReviewerId)) {
    return refused('from-has-decided', `"${fromReviewerId}" has decided on step "${stepId}" already; that stands.`);
  }
  if (isReviewer(node, step, toReviewerId)) {
    const message = `"${toReviewerId}" is a reviewer of step "${stepId}" already; pass the part to someone else.`;
    return refused('to-is-a-reviewer', message);
  }
  if (step.reassignments.length < LIMITS.reassignmentsMax) return null;
  const message = `The parts of step "${stepId}" were passed on ${LIMITS.reassignmentsMax} times, which is the most.`;
  return refused('too-many-reassignments', message);
}

/** Passes on a part that `judgeReassign` had nothing against. */
export function reassign(turn: Turn, input: ReviewerReassigned): StepReassigned {
  const { stepId, fromReviewerId, toReviewerId, actorId, reason } = input;
  const position = positionOf(turn.steps, stepId);
  const reassignment: Reassignment = { fromReviewerId, toReviewerId, actorId, reason };
  changeStep(turn, position, { reassignments: [...stepAt(turn, position).reassignments, reassignment] });
  turn.bytes += jsonBytes({ ...reassignment }) + REASSIGNMENT_BYTES;
  emit(turn, 'step.reassigned', stepId, reassignedData(reassignment));
  return { kind: 'step-reassigned' };
}

const REASSIGNMENT_BYTES = 8;

/** Who got the part of this person when they last passed it on. */
function lastPassedTo({ reassignments }: Step, userId: string): string | null {
  return reassignments.findLast(({ fromReviewerId }) => fromReviewerId === userId)?.toReviewerId ?? null;
}

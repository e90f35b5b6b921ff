// Human steps: how they wait, and what a decision does (contract 2 section 2).
import type { HumanNode } from '../definition/definition';
import { jsonBytes } from '../definition/json';
import { awaitingData, resumeKeyOf } from './event-data';
import type { ReviewerDecided } from './input';
import { nodeOf } from './node';
import { notRecorded, refused, stepNotFound } from './refusal';
import { firstReminderAt } from './reminder';
import type { NotApplied, ResponseRecorded } from './reply';
import { isReviewer } from './reviewers';
import type { HumanResponse, Plan, Run } from './run';
import { completeStep } from './step';
import { findStep, positionOf } from './step-positions';
import { humanTally } from './tally';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';

/** A human step waits at once. */
export function beginHuman(turn: Turn, position: number, { config }: HumanNode): void {
  const step = changeStep(turn, position, { status: 'waiting', remindAt: firstReminderAt(turn, config) });
  emit(turn, 'step.awaiting-approval', step.stepId, awaitingData(turn.plan, step));
}

/**
 * Why a decision cannot be recorded, or null when it can. Checked in the order of contract 1
 * (steps/recordReviewerDecision), also after the execution has ended. Changes nothing.
 */
export function judgeDecision(
  plan: Plan,
  run: Pick<Run, 'steps'>,
  { stepId, reviewerId }: Pick<ReviewerDecided, 'stepId' | 'reviewerId'>,
): NotApplied | null {
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  const node = nodeOf(plan, step.nodeId);
  if (node.type !== 'human') {
    return refused('step-not-human', `Step "${stepId}" is of type ${node.type}; only human steps take decisions.`);
  }
  if (step.status === 'pending' || step.status === 'running') {
    return refused('step-not-waiting-yet', `Step "${stepId}" does not wait for decisions yet; try again.`);
  }
  if (!isReviewer(node, step, reviewerId)) return notRecorded(plan, step, 'unknown-responder');
  if (step.responses.some((response) => response.reviewerId === reviewerId)) {
    return notRecorded(plan, step, 'idempotent');
  }
  return isOpen(step.status) ? null : notRecorded(plan, step, 'already-terminal');
}

/** Records a decision that `judgeDecision` had nothing against, and ends the step when it is the deciding one. */
export function recordDecision(turn: Turn, input: ReviewerDecided): ResponseRecorded {
  const { stepId, reviewerId, decision, reason } = input;
  const position = positionOf(turn.steps, stepId);
  const node = nodeOf(turn.plan, stepAt(turn, position).nodeId);
  if (node.type !== 'human') throw new Error(`step ${stepId} is not a human step`);

  const response: HumanResponse = { reviewerId, decision, reason, at: turn.at };
  const step = changeStep(turn, position, { responses: [...stepAt(turn, position).responses, response] });
  turn.bytes += jsonBytes({ ...response });
  emit(turn, 'step.response-recorded', stepId, { reviewerId, decision, reason });

  const { aggregatorStatus } = humanTally(node, step);
  if (aggregatorStatus !== 'pending') {
    emit(turn, 'step.resumed', stepId, { resumeKey: resumeKeyOf(turn.plan, step) });
    completeStep(turn, position, aggregatorStatus === 'resolved' ? 'approve' : 'reject');
  }
  return { kind: 'response-recorded', aggregatorStatus, resumeScheduled: aggregatorStatus !== 'pending' };
}

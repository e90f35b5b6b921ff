// Human steps: who may decide, what a decision does, and the tally that is the step's output (contract 2 section 2).
import { type HumanNode, reviewersOf } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import type { ReviewerDecided } from './input';
import type { AggregatorStatus, DecisionNotRecorded, DecisionRecorded, Refused } from './reply';
import type { HumanResponse, Plan, Run, Step } from './run';
import { completeStep, nodeOf } from './step';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';

/** A human step waits at once. */
export function beginHuman(turn: Turn, position: number, node: HumanNode): void {
  const { stepId } = changeStep(turn, position, { status: 'waiting' });
  const reviewers = reviewersOf(node.config);
  emit(turn, 'step.awaiting-approval', stepId, {
    waitingForReviewers: reviewers.map((reviewer) => reviewer.userId),
    mandatoryCount: reviewers.filter((reviewer) => reviewer.mandatory).length,
    resumeKey: resumeKey(stepId),
  });
}

/**
 * Why a decision cannot be recorded, or null when it can. Checked in the order of contract 1
 * (steps/recordReviewerDecision), also after the execution has ended. Changes nothing.
 */
export function judgeDecision(
  plan: Plan,
  run: Pick<Run, 'steps'>,
  { stepId, reviewerId }: Pick<ReviewerDecided, 'stepId' | 'reviewerId'>,
): DecisionNotRecorded | Refused | null {
  const step = run.steps.find((candidate) => candidate.stepId === stepId);
  if (!step) return refused('step-not-found', `The execution has no step "${stepId}"; executions/get lists its steps.`);
  const node = nodeOf(plan, step.nodeId);
  if (node.type !== 'human') {
    return refused('step-not-human', `Step "${stepId}" is of type ${node.type}; only human steps take decisions.`);
  }
  if (step.status === 'pending' || step.status === 'running') {
    return refused('step-not-waiting-yet', `Step "${stepId}" does not wait for decisions yet; try again.`);
  }
  const notRecorded = (rejectionReason: DecisionNotRecorded['rejectionReason']): DecisionNotRecorded => ({
    kind: 'decision-not-recorded',
    aggregatorStatus: tally(node, step).aggregatorStatus,
    rejectionReason,
  });
  if (!reviewersOf(node.config).some((reviewer) => reviewer.userId === reviewerId)) {
    return notRecorded('unknown-responder');
  }
  if (step.responses.some((response) => response.reviewerId === reviewerId)) return notRecorded('idempotent');
  return isOpen(step.status) ? null : notRecorded('already-terminal');
}

/** Records a decision that `judgeDecision` had nothing against, and ends the step when it is the deciding one. */
export function recordDecision(turn: Turn, input: ReviewerDecided): DecisionRecorded {
  const { stepId, reviewerId, decision, reason } = input;
  const position = turn.steps.findIndex((step) => step.stepId === stepId);
  const node = nodeOf(turn.plan, stepAt(turn, position).nodeId);
  if (node.type !== 'human') throw new Error(`step ${stepId} is not a human step`);

  const response: HumanResponse = { reviewerId, decision, reason, at: turn.at };
  const step = changeStep(turn, position, { responses: [...stepAt(turn, position).responses, response] });
  emit(turn, 'step.response-recorded', stepId, { reviewerId, decision, reason });

  const { aggregatorStatus } = tally(node, step);
  if (aggregatorStatus !== 'pending') {
    emit(turn, 'step.resumed', stepId, { resumeKey: resumeKey(stepId) });
    completeStep(turn, position, {
      nodeType: 'human',
      decision: aggregatorStatus === 'resolved' ? 'approve' : 'reject',
      aggregatorStatus,
    });
  }
  return { kind: 'decision-recorded', aggregatorStatus, resumeScheduled: aggregatorStatus !== 'pending' };
}

/** The output of a human step, while it waits and after (contract 2 section 2). */
export function humanOutput(node: HumanNode, step: Step): JsonObject {
  const { config } = node;
  const reviewers = reviewersOf(config);
  const counts = tally(node, step);
  return {
    reviewers: reviewers.map(({ userId, mandatory }) => ({ userId, mandatory })),
    reviewerIds: reviewers.map((reviewer) => reviewer.userId),
    reviewerEmails: config.reviewerEmails ?? [],
    commentBody: config.commentBody ?? null,
    ...counts,
    responses: step.responses.map(({ reviewerId, decision, reason, at }) => ({ reviewerId, decision, reason, at })),
    resumeKey: resumeKey(step.stepId),
    ...(step.status === 'completed' ? outcome(node, step, counts.aggregatorStatus) : {}),
  };
}

/** Who still has to decide on a step: nobody once it has ended. */
export function undecidedReviewers(node: HumanNode, step: Step): readonly string[] {
  if (step.status !== 'waiting') return [];
  const decided = new Set(step.responses.map((response) => response.reviewerId));
  return reviewersOf(node.config)
    .map((reviewer) => reviewer.userId)
    .filter((userId) => !decided.has(userId));
}

/** The reject that decided a completed step, or null. */
export function decisiveReject(step: Step): HumanResponse | null {
  return step.responses.find((response) => response.decision === 'reject') ?? null;
}

interface Tally {
  readonly aggregatorStatus: AggregatorStatus;
  readonly approveCount: number;
  readonly rejectCount: number;
  readonly totalResponses: number;
  readonly mandatoryCount: number;
  readonly mandatoryApproveCount: number;
}

/** Approved when every mandatory reviewer approved; rejected at the first reject by anyone. */
function tally(node: HumanNode, step: Step): Tally {
  const mandatory = new Set<string>();
  for (const reviewer of reviewersOf(node.config)) if (reviewer.mandatory) mandatory.add(reviewer.userId);
  const approvals = step.responses.filter((response) => response.decision === 'approve');
  const rejectCount = step.responses.length - approvals.length;
  const mandatoryApproveCount = approvals.filter((response) => mandatory.has(response.reviewerId)).length;
  const isApproved = mandatoryApproveCount === mandatory.size;
  return {
    aggregatorStatus: rejectCount > 0 ? 'rejected' : isApproved ? 'resolved' : 'pending',
    approveCount: approvals.length,
    rejectCount,
    totalResponses: step.responses.length,
    mandatoryCount: mandatory.size,
    mandatoryApproveCount,
  };
}

function outcome(node: HumanNode, step: Step, aggregatorStatus: AggregatorStatus): JsonObject {
  const decided = { approved: aggregatorStatus === 'resolved', resumedAt: step.completedAt };
  const rejected = decisiveReject(step);
  if (!rejected) return { decision: 'approve', ...decided };
  const rejector = reviewersOf(node.config).find((reviewer) => reviewer.userId === rejected.reviewerId);
  return {
    decision: 'reject',
    ...decided,
    rejectedBy: rejected.reviewerId,
    rejectorMandatory: rejector?.mandatory ?? false,
    rejectionReason: rejected.reason,
  };
}

const resumeKey = (stepId: string): string => `human:${stepId}`;

const refused = (code: Refused['code'], message: string): Refused => ({ kind: 'refused', code, message });

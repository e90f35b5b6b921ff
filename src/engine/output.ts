// What a step puts out: read off what was recorded of it, never stored twice (contract 2 section 2, contract 1 steps/resolve).
import type { HumanNode } from '../definition/definition';
import { assertNever, type JsonObject } from '../definition/json';
import { resumeKeyOf } from './event-data';
import { isBlocking, nodeOf } from './node';
import { rejectionOf } from './rejection';
import { reviewersOfStep } from './reviewers';
import type { Override, Plan, Step } from './run';
import { agentTally, decisionOfAction, humanTally } from './tally';

/** What a step has put out so far, or null: an agent's result, a tally, or what an override made of either. */
export function outputOf(plan: Plan, step: Step): JsonObject | null {
  const { override } = step;
  const own = ownOutput(plan, step);
  if (override === null) return own;
  const overriddenAt = override.at;
  const decision = decisionOfAction(override.action);
  if (decision === null) return { ...(override.output ?? own), overriddenAt };
  const decided = { decision, approved: decision === 'approve', overriddenAt };
  return {
    ...givenBy(plan, override),
    ...own,
    ...decided,
    ...(decision === 'reject' ? rejectedFields(plan, step) : {}),
  };
}

/** Of the output of whoever approves or rejects for others: what only the engine says of a decision is not theirs to say. */
function givenBy({ facts }: Plan, { output }: Override): JsonObject | null {
  if (output === null || facts.keepsOwnWords !== true) return output;
  const { rejectedBy: _by, rejectorMandatory: _mandatory, rejectionReason: _why, resumedAt: _at, ...given } = output;
  return given;
}

function ownOutput(plan: Plan, step: Step): JsonObject | null {
  const node = nodeOf(plan, step.nodeId);
  switch (node.type) {
    case 'human':
      return step.startedAt === null ? null : humanOutput(plan, node, step);
    case 'agent': {
      if (!isBlocking(node) || step.output === null) return step.output;
      const resolutions = step.resolutions.map((resolution): JsonObject => ({ ...resolution }));
      return { ...step.output, resolutions, ...agentTally(node, step), ...resumed(step) };
    }
    case 'webhook':
    case 'notification':
      return step.output;
    default:
      return assertNever(node);
  }
}

function humanOutput(plan: Plan, node: HumanNode, step: Step): JsonObject {
  const { config } = node;
  const reviewers = reviewersOfStep(node, step);
  const isRejected = step.decision === 'reject' && step.override === null;
  return {
    reviewers: reviewers.map(({ userId, mandatory }) => ({ userId, mandatory })),
    reviewerIds: reviewers.map((reviewer) => reviewer.userId),
    reviewerEmails: config.reviewerEmails ?? [],
    commentBody: config.commentBody ?? null,
    ...humanTally(node, step),
    responses: step.responses.map(({ reviewerId, decision, reason, at }) => ({ reviewerId, decision, reason, at })),
    resumeKey: resumeKeyOf(plan, step),
    ...resumed(step),
    ...(isRejected ? rejectedFields(plan, step) : {}),
  };
}

/** What a step's words added when they decided it. */
function resumed({ status, decision, override, completedAt }: Step): JsonObject {
  if (status !== 'completed' || override !== null) return {};
  return { decision, approved: decision === 'approve', resumedAt: completedAt };
}

function rejectedFields(plan: Plan, step: Step): JsonObject {
  const { rejectedBy, rejectorMandatory, rejectionReason } = rejectionOf(plan, step);
  return { rejectedBy, rejectorMandatory, rejectionReason };
}

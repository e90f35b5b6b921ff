// Counts the words given on a step, and says what they come to (contract 2 section 2).
import type { HumanNode } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import { type BlockingAgentNode, isBlocking, nodeOf } from './node';
import type { AggregatorStatus } from './reply';
import { reviewersOfStep } from './reviewers';
import type { Decision, OverrideAction, Plan, Step } from './run';

export interface HumanTally {
  readonly aggregatorStatus: AggregatorStatus;
  readonly approveCount: number;
  readonly rejectCount: number;
  readonly totalResponses: number;
  readonly mandatoryCount: number;
  readonly mandatoryApproveCount: number;
}

/** Approved when every mandatory reviewer approved; rejected at the first reject by anyone. */
export function humanTally(node: HumanNode, step: Step): HumanTally {
  const mandatory = new Set<string>();
  for (const reviewer of reviewersOfStep(node, step)) if (reviewer.mandatory) mandatory.add(reviewer.userId);
  const approvals = step.responses.filter((response) => response.decision === 'approve');
  const rejectCount = step.responses.length - approvals.length;
  const mandatoryApproveCount = approvals.filter((response) => mandatory.has(response.reviewerId)).length;
  const isApproved = mandatoryApproveCount === mandatory.size;
  return {
    aggregatorStatus: overriddenStatus(step) ?? (rejectCount > 0 ? 'rejected' : isApproved ? 'resolved' : 'pending'),
    approveCount: approvals.length,
    rejectCount,
    totalResponses: step.responses.length,
    mandatoryCount: mandatory.size,
    mandatoryApproveCount,
  };
}

export interface AgentTally {
  readonly aggregatorStatus: AggregatorStatus;
  readonly totalResponses: number;
  readonly resolvedCount: number;
  readonly rejectedCount: number;
  readonly pendingCount: number;
}

/** `allResolved`: the first reject rejects. `minResolved`: rejected as soon as `minCount` cannot be reached any more. */
export function agentTally({ config: { resolutionPolicy } }: BlockingAgentNode, step: Step): AgentTally {
  const totalResponses = responseIdsOf(step).length;
  const resolvedCount = step.resolutions.filter(({ resolution }) => resolution === 'resolved').length;
  const rejectedCount = step.resolutions.length - resolvedCount;
  const needed = resolutionPolicy.kind === 'allResolved' ? totalResponses : resolutionPolicy.minCount;
  const isOutOfReach = totalResponses - rejectedCount < needed;
  const reached = isOutOfReach ? 'rejected' : resolvedCount >= needed ? 'resolved' : 'pending';
  return {
    // Before the agent ran there is nothing to resolve, and so nothing is.
    aggregatorStatus: overriddenStatus(step) ?? (step.output === null ? 'pending' : reached),
    totalResponses,
    resolvedCount,
    rejectedCount,
    pendingCount: totalResponses - step.resolutions.length,
  };
}

/** The responses that a blocking agent's step waits for, by their ids; none before the agent ran. */
export function responseIdsOf({ output }: Step): readonly string[] {
  const responses = output?.responses;
  if (!Array.isArray(responses)) return [];
  return responses.map((response: JsonObject) => String(response.responseId));
}

/** What the words on a step come to, or null for a step that takes none. */
export function aggregatorStatusOf(plan: Plan, step: Step): AggregatorStatus | null {
  const node = nodeOf(plan, step.nodeId);
  if (node.type === 'human') return humanTally(node, step).aggregatorStatus;
  return isBlocking(node) ? agentTally(node, step).aggregatorStatus : null;
}

/** The decision that an override takes, or null when it leaves that to the caller's output. */
export function decisionOfAction(action: OverrideAction): Decision | null {
  if (action === 'force-approve' || action === 'reviewer-approve') return 'approve';
  if (action === 'force-reject' || action === 'reviewer-reject') return 'reject';
  return null;
}

function overriddenStatus({ override }: Step): AggregatorStatus | null {
  const decision = override === null ? null : decisionOfAction(override.action);
  return decision === null ? null : decision === 'approve' ? 'resolved' : 'rejected';
}

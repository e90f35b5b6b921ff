// What the events of a step say (contract 2 section 9): read off the step, when it happens and when it is restored.
import { type HumanNode, reviewersOf } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import { isBlocking, nodeOf } from './node';
import { withoutDecision } from './reviewers';
import type { Override, Plan, Reassignment, Step } from './run';
import { aggregatorStatusOf, decisionOfAction, responseIdsOf } from './tally';

/** `step.awaiting-approval`: the reviewers that the step began with. */
export function awaitingData(plan: Plan, step: Step): JsonObject {
  const node = nodeOf(plan, step.nodeId);
  if (node.type === 'agent') return { agentId: node.config.agentId, responseIds: responseIdsOf(step) };
  if (node.type !== 'human') throw new Error(`a ${node.type} step waits for no approval`);
  const reviewers = reviewersOf(node.config);
  return {
    waitingForReviewers: reviewers.map((reviewer) => reviewer.userId),
    mandatoryCount: reviewers.filter((reviewer) => reviewer.mandatory).length,
    resumeKey: resumeKeyOf(plan, step),
  };
}

/** `step.completed`. */
export function completedData(plan: Plan, step: Step): JsonObject {
  const node = nodeOf(plan, step.nodeId);
  const { decision, override } = step;
  const isAggregated = (node.type === 'human' || isBlocking(node)) && override?.action !== 'force-complete';
  return {
    nodeType: node.type,
    ...(decision === null ? {} : { decision }),
    ...(isAggregated ? { aggregatorStatus: aggregatorStatusOf(plan, step) } : {}),
    ...(node.type === 'agent' ? { agentId: node.config.agentId } : {}),
  };
}

/** `step.reminder`: who had not decided when it was made. */
export function reminderData(
  node: HumanNode,
  step: Pick<Step, 'reassignments' | 'responses' | 'reminded'>,
): JsonObject {
  return { reviewerIds: withoutDecision(node, step), n: step.reminded };
}

/** `step.reassigned`. */
export function reassignedData({ fromReviewerId, toReviewerId, actorId, reason }: Reassignment): JsonObject {
  return { fromReviewerId, toReviewerId, actorId, reason };
}

/** `step.overridden`: the decision is that of the action, or else of the caller's output. */
export function overriddenData({ actorId, action, reason, output }: Override): JsonObject {
  return { actorId, action, reason, decision: decisionOfAction(action) ?? decisionIn(output) };
}

/** `human:<stepId>`, `agent:<stepId>` or `webhook:<stepId>`: by what a waiting step is taken up again. */
export function resumeKeyOf(plan: Plan, { stepId, nodeId }: Pick<Step, 'stepId' | 'nodeId'>): string {
  return `${nodeOf(plan, nodeId).type}:${stepId}`;
}

/** The decision in an output, or null when there is none that counts. */
export function decisionIn(output: JsonObject | null): 'approve' | 'reject' | null {
  const decision = output !== null && Object.hasOwn(output, 'decision') ? output.decision : null;
  return decision === 'approve' || decision === 'reject' ? decision : null;
}

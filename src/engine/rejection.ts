// Who rejected a step, and why: what loops hand on and what a failure names (contract 2 sections 5 and 7).
import { shortened } from '../definition/beginning';
import type { HumanNode } from '../definition/definition';
import type { Json } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { isBlocking, nodeOf } from './node';
import { reviewersOfStep } from './reviewers';
import type { HumanResponse, Plan, Step } from './run';

export interface Rejection {
  /** A reviewer, the actor of an override or of a resolution, the agent, or another node by its id. */
  readonly rejectedBy: string;
  /** From the reviewer list; true for everyone who is not on it. */
  readonly rejectorMandatory: boolean;
  readonly rejectionReason: string | null;
}

/** Of a step that ended with `decision: reject`, or is being ended so by an override. */
export function rejectionOf(plan: Plan, step: Step): Rejection {
  const node = nodeOf(plan, step.nodeId);
  if (step.override !== null) {
    const { actorId, action, reason } = step.override;
    const isByList = action === 'reviewer-reject' && node.type === 'human';
    const rejectorMandatory = isByList ? isMandatory(node, step, actorId) : true;
    return { rejectedBy: actorId, rejectorMandatory, rejectionReason: reason };
  }
  if (node.type === 'human') {
    const { reviewerId, reason } = decisiveReject(step);
    const rejectorMandatory = isMandatory(node, step, reviewerId);
    return { rejectedBy: reviewerId, rejectorMandatory, rejectionReason: reason };
  }
  const last = isBlocking(node) ? step.resolutions.findLast(({ resolution }) => resolution === 'rejected') : undefined;
  if (last) return { rejectedBy: last.actorId, rejectorMandatory: true, rejectionReason: last.reason };
  const { rejectionReason, reason } = step.output ?? {};
  return {
    rejectedBy: node.type === 'agent' ? node.config.agentId : node.nodeId,
    rejectorMandatory: true,
    rejectionReason: textOf(rejectionReason) ?? textOf(reason),
  };
}

/** The same as messages and events say it: an agent's or a receiver's reason may fill its whole output, where it stays whole. */
export function announcedRejection(plan: Plan, step: Step): Pick<Rejection, 'rejectedBy' | 'rejectionReason'> {
  const { rejectedBy, rejectionReason } = rejectionOf(plan, step);
  if (rejectionReason === null || plan.facts.shortensReasons !== true) return { rejectedBy, rejectionReason };
  return { rejectedBy, rejectionReason: shortened(rejectionReason, LIMITS.errorMessageLengthMax) };
}

function decisiveReject(step: Step): HumanResponse {
  const found = step.responses.find((response) => response.decision === 'reject');
  if (!found) throw new Error(`step ${step.stepId} was not rejected`);
  return found;
}

function isMandatory(node: HumanNode, step: Step, userId: string): boolean {
  return reviewersOfStep(node, step).find((reviewer) => reviewer.userId === userId)?.mandatory ?? true;
}

const textOf = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);

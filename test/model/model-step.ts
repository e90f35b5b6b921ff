// A step as the reference model keeps it, and what can be read off it: its output, its tally, its decision's author.
import type { AgentConfig, DefinitionNode, Reviewer } from '../../src/definition/definition';
import type { JsonObject } from '../../src/definition/json';
import type { AggregatorStatus } from '../../src/engine/reply';
import type { AgentResolution, Decision, HumanResponse, Override, StepCancel, StepStatus } from '../../src/engine/run';

export interface ModelStep {
  readonly stepId: string;
  readonly node: DefinitionNode;
  readonly iteration: number;
  readonly input: JsonObject;
  /** The step whose edge started it; null for roots, group successors and the entries of later iterations. */
  readonly parent: ModelStep | null;
  status: StepStatus;
  startedAt: number | null;
  completedAt: number | null;
  dueAt: number | null;
  error: { code: string; message: string | null } | null;
  decision: Decision | null;
  /** What the agent returned with what the engine added, or what a caller put in its place. */
  own: JsonObject | null;
  /** Who may decide now, in the definition's order. */
  reviewers: readonly Reviewer[];
  /** Who passed their part to whom, the newest last. */
  readonly passes: { readonly from: string; readonly to: string }[];
  /** When it is to be reminded of next. */
  remindAt: number | null;
  reminders: number;
  readonly responses: HumanResponse[];
  responseIds: readonly string[];
  readonly resolutions: AgentResolution[];
  override: (Override & { readonly output: JsonObject | null }) | null;
  cancel: StepCancel | null;
  /** Whether an edge of its own fired. */
  fired: boolean;
  /** Whether a step was started from it. */
  hasChild: boolean;
}

/** Of the reviewers those who have not decided, in their order. */
export const undecided = ({ reviewers, responses }: ModelStep): readonly string[] =>
  reviewers.map((it) => it.userId).filter((userId) => !responses.some((it) => it.reviewerId === userId));

/** Whether mails are sent for it: each of its reminders is one. */
export const isMailed = ({ node, reminders }: ModelStep): boolean =>
  node.type === 'human' && node.config.reminderRecipients !== undefined && reminders > 0;

export const OPEN: readonly StepStatus[] = ['pending', 'running', 'waiting'];
export const isOpen = (step: ModelStep): boolean => OPEN.includes(step.status);
export const isApproval = (step: ModelStep): boolean => step.status === 'completed' && step.decision === 'approve';
export const isReject = (step: ModelStep): boolean => step.status === 'completed' && step.decision === 'reject';

export function blockingConfig(node: DefinitionNode): AgentConfig | null {
  return node.type === 'agent' && node.config.blocking ? node.config : null;
}

/** What the responses so far say, or what an approving or rejecting override said over their head. */
export function aggregatorOf(step: ModelStep): AggregatorStatus {
  const action = step.override?.action;
  if (action === 'force-approve' || action === 'reviewer-approve') return 'resolved';
  if (action === 'force-reject' || action === 'reviewer-reject') return 'rejected';
  return step.node.type === 'human' ? humanAggregator(step) : agentAggregator(step);
}

function humanAggregator({ reviewers, responses }: ModelStep): AggregatorStatus {
  if (responses.some((response) => response.decision === 'reject')) return 'rejected';
  const mandatory = reviewers.filter((reviewer) => reviewer.mandatory);
  return mandatory.every(({ userId }) => responses.some((it) => it.reviewerId === userId)) ? 'resolved' : 'pending';
}

function agentAggregator({ node, responseIds, resolutions, own }: ModelStep): AggregatorStatus {
  const policy = blockingConfig(node)?.resolutionPolicy;
  if (!policy || own === null || responseIds.length === 0) return 'pending';
  const resolved = resolutions.filter((it) => it.resolution === 'resolved').length;
  const rejected = resolutions.length - resolved;
  const needed = policy.kind === 'allResolved' ? responseIds.length : policy.minCount;
  if (resolved >= needed) return 'resolved';
  return responseIds.length - rejected < needed ? 'rejected' : 'pending';
}

export interface Rejection {
  readonly rejectedBy: string | null;
  readonly rejectorMandatory: boolean;
  readonly rejectionReason: string | null;
}

/** Who rejected a step that completed with a reject, and why. */
export function rejectionOf(step: ModelStep): Rejection {
  const { node, override, responses, resolutions, own } = step;
  if (override) {
    const rejectedBy = override.actorId;
    const isReviewers = override.action === 'reviewer-reject';
    return {
      rejectedBy,
      rejectorMandatory: isReviewers ? isMandatory(step, rejectedBy) : true,
      rejectionReason: override.reason,
    };
  }
  if (node.type === 'human') {
    const reject = responses.find((response) => response.decision === 'reject');
    const rejectedBy = reject?.reviewerId ?? null;
    return {
      rejectedBy,
      rejectorMandatory: isMandatory(step, rejectedBy),
      rejectionReason: reject?.reason ?? null,
    };
  }
  const last = resolutions.at(-1);
  if (last) return { rejectedBy: last.actorId, rejectorMandatory: true, rejectionReason: last.reason };
  const reasons = [own?.rejectionReason, own?.reason].filter((reason) => typeof reason === 'string');
  const rejectedBy = node.type === 'agent' ? node.config.agentId : node.nodeId;
  return { rejectedBy, rejectorMandatory: true, rejectionReason: reasons[0] ?? null };
}

function isMandatory({ reviewers }: ModelStep, userId: string | null): boolean {
  return reviewers.find((reviewer) => reviewer.userId === userId)?.mandatory ?? true;
}

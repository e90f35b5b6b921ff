// What callers may ask of the reference model, in the order in which contract 1 checks it, and what it answers.
import { type Json, jsonBytes } from '../../src/definition/json';
import type {
  AgentResolved,
  ReviewerDecided,
  ReviewerReassigned,
  StepCancelRequested,
  StepOverridden,
  WebhookCalledBack,
} from '../../src/engine/input';
import type { RefusalCode, Reply } from '../../src/engine/reply';
import type { Decision } from '../../src/engine/run';
import { fail } from './model-start';
import { aggregatorOf, blockingConfig, isOpen, type ModelStep } from './model-step';
import { cancel, emit, end, stepById, type World } from './world';

/** A refusal as the model expects it: where several codes apply and the contract names no order, any of them. */
export type ExpectedReply =
  | Exclude<Reply, { readonly kind: 'refused' }>
  | { readonly kind: 'refused'; readonly codes: readonly RefusalCode[] };

const OUTPUT_BYTES_MAX = 256 * 1024;
const refused = (...codes: RefusalCode[]): ExpectedReply => ({ kind: 'refused', codes });

type Reason = 'idempotent' | 'already-terminal' | 'unknown-responder' | 'unknown-response';
const notRecorded = (step: ModelStep, rejectionReason: Reason): ExpectedReply => ({
  kind: 'response-not-recorded',
  aggregatorStatus: aggregatorOf(step),
  rejectionReason,
});

export function decide(world: World, input: ReviewerDecided): ExpectedReply {
  const { stepId, reviewerId, decision, reason, at } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  if (step.node.type !== 'human') return refused('step-not-human');
  if (!isReviewer(step, reviewerId)) return notRecorded(step, 'unknown-responder');
  if (step.responses.some((response) => response.reviewerId === reviewerId)) return notRecorded(step, 'idempotent');
  if (!isOpen(step)) return notRecorded(step, 'already-terminal');
  step.responses.push({ reviewerId, decision, reason, at });
  emit(world, 'step.response-recorded', stepId, { reviewerId, decision, reason });
  return settle(world, step, `human:${stepId}`);
}

export function resolve(world: World, input: AgentResolved): ExpectedReply {
  const { stepId, responseId, resolution, actorId, reason, at } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  if (blockingConfig(step.node) === null) return refused('step-not-blocking-agent');
  if (step.status === 'pending' || step.status === 'running') return refused('step-not-waiting-yet');
  if (!step.responseIds.includes(responseId)) return notRecorded(step, 'unknown-response');
  if (step.resolutions.some((known) => known.responseId === responseId)) return notRecorded(step, 'idempotent');
  if (!isOpen(step)) return notRecorded(step, 'already-terminal');
  step.resolutions.push({ responseId, resolution, actorId, reason, at });
  emit(world, 'step.response-recorded', stepId, { responseId, resolution, actorId, reason });
  return settle(world, step, `agent:${stepId}`);
}

/** Ends the step if what was recorded decides it. */
function settle(world: World, step: ModelStep, resumeKey: string): ExpectedReply {
  const aggregatorStatus = aggregatorOf(step);
  const resumeScheduled = aggregatorStatus !== 'pending';
  if (resumeScheduled) {
    emit(world, 'step.resumed', step.stepId, { resumeKey });
    complete(world, step, aggregatorStatus === 'resolved' ? 'approve' : 'reject');
  }
  return { kind: 'response-recorded', aggregatorStatus, resumeScheduled };
}

export function complete(world: World, step: ModelStep, decision: Decision | null): void {
  const { node, override } = step;
  step.decision = decision;
  end(world, step, 'completed');
  const aggregates = (node.type === 'human' || blockingConfig(node) !== null) && override?.action !== 'force-complete';
  emit(world, 'step.completed', step.stepId, {
    nodeType: node.type,
    ...(decision === null ? {} : { decision }),
    ...(aggregates ? { aggregatorStatus: aggregatorOf(step) } : {}),
    ...(node.type === 'agent' ? { agentId: node.config.agentId } : {}),
  });
}

export function override(world: World, input: StepOverridden): ExpectedReply {
  const { stepId, action, actorId, output, reason, at } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  const isReviewers = action === 'reviewer-approve' || action === 'reviewer-reject';
  const mayRun = action === 'force-complete' || action === 'force-fail';
  const codes: RefusalCode[] = [];
  if (isReviewers && step.node.type !== 'human') codes.push('step-not-human');
  if (step.status !== 'waiting' && !(mayRun && step.status === 'running')) codes.push('step-in-wrong-status');
  if (isReviewers && step.node.type === 'human' && !isReviewer(step, actorId)) codes.push('not-a-reviewer');
  if (output !== null && jsonBytes(output) > OUTPUT_BYTES_MAX) codes.push('output-too-large');
  if (codes.length > 0) return refused(...codes);

  const decision = decisionOfAction(action) ?? decisionIn(output?.decision);
  step.override = { action, actorId, reason, at, output };
  emit(world, 'step.overridden', stepId, { actorId, action, reason, decision });
  if (action === 'force-fail') fail(world, step, 'force-failed', null);
  else complete(world, step, decision);
  return { kind: 'step-ended' };
}

export function cancelStep(world: World, input: StepCancelRequested): ExpectedReply {
  const { stepId, actorId, reason } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  if (!isOpen(step)) return refused('step-in-wrong-status');
  cancel(world, step, { actorId, reason, isAdministrative: true });
  return { kind: 'step-ended' };
}

const PASSES_MAX = 100;

/** Someone takes the place of a reviewer; the same once more is known by that reviewer's last pass. */
export function reassign(world: World, input: ReviewerReassigned): ExpectedReply {
  const { stepId, fromReviewerId: from, toReviewerId: to, actorId, reason } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  if (step.node.type !== 'human') return refused('step-not-human');
  const holds = isReviewer(step, from);
  const last = step.passes.filter((pass) => pass.from === from).at(-1);
  if (!holds && last?.to === to) return { kind: 'reassigned-already' };
  if (!isOpen(step)) return refused('step-in-wrong-status');
  if (!holds) return refused('from-not-a-reviewer');
  if (step.responses.some((response) => response.reviewerId === from)) return refused('from-has-decided');
  if (isReviewer(step, to)) return refused('to-is-a-reviewer');
  if (step.passes.length >= PASSES_MAX) return refused('too-many-reassignments');
  step.reviewers = step.reviewers.map((it) => (it.userId === from ? { userId: to, mandatory: it.mandatory } : it));
  step.passes.push({ from, to });
  emit(world, 'step.reassigned', stepId, { fromReviewerId: from, toReviewerId: to, actorId, reason });
  return { kind: 'step-reassigned' };
}

/** The receiver of an async webhook ends its step: once, and also before the call itself was answered. */
export function callBack(world: World, input: WebhookCalledBack): ExpectedReply {
  const { stepId, status, output, error } = input;
  const step = stepById(world, stepId);
  if (!step) return refused('step-not-found');
  if (step.node.type !== 'webhook' || step.node.config.mode !== 'async') return refused('step-not-webhook');
  if (!isOpen(step)) return refused('step-in-wrong-status');
  if (output !== null && jsonBytes(output) > OUTPUT_BYTES_MAX) return refused('output-too-large');
  step.own = output ?? (status === 'completed' ? {} : null);
  emit(world, 'step.resumed', stepId, { resumeKey: `webhook:${stepId}` });
  if (status === 'completed') complete(world, step, decisionIn(output?.decision));
  else fail(world, step, 'webhook-node-failed', error);
  return { kind: 'step-ended' };
}

function decisionOfAction(action: StepOverridden['action']): Decision | null {
  if (action === 'force-approve' || action === 'reviewer-approve') return 'approve';
  return action === 'force-reject' || action === 'reviewer-reject' ? 'reject' : null;
}

export const decisionIn = (value: Json | undefined): Decision | null =>
  value === 'approve' || value === 'reject' ? value : null;

const isReviewer = ({ reviewers }: ModelStep, userId: string): boolean =>
  reviewers.some((reviewer) => reviewer.userId === userId);

// What a step of the reference model puts out (contract 2 section 2, contract 1 steps/resolve).
import type { Json, JsonObject } from '../../src/definition/json';
import { aggregatorOf, blockingConfig, type ModelStep, rejectionOf } from './model-step';

export function outputOf(step: ModelStep): JsonObject | null {
  const { override } = step;
  if (override?.action === 'force-complete' || override?.action === 'force-fail') {
    return { ...(override.output ?? madeSoFar(step)), overriddenAt: override.at };
  }
  // What a caller gives lies below: it cannot contradict.
  return override?.output ? { ...unforged(override.output), ...madeSoFar(step) } : madeSoFar(step);
}

/** Nor can it say what the engine would have said had it been otherwise. */
function unforged(given: JsonObject): JsonObject {
  const forged = ['rejectedBy', 'rejectorMandatory', 'rejectionReason', 'resumedAt'];
  return Object.fromEntries(Object.entries(given).filter(([name]) => !forged.includes(name)));
}

function madeSoFar(step: ModelStep): JsonObject | null {
  const { node } = step;
  if (node.type === 'human') return step.startedAt === null ? null : { ...tally(step), ...outcome(step) };
  if (node.type === 'webhook' || node.type === 'notification') {
    return step.override && step.decision !== null ? { ...step.own, ...outcome(step) } : step.own;
  }
  if (step.own === null) return null;
  return blockingConfig(node) === null ? step.own : { ...step.own, ...resolutionTally(step), ...outcome(step) };
}

function tally(step: ModelStep): JsonObject {
  const { node, responses, stepId, reviewers } = step;
  if (node.type !== 'human') return {};
  const mandatory = reviewers.filter((reviewer) => reviewer.mandatory).map((reviewer) => reviewer.userId);
  const approvals = responses.filter((response) => response.decision === 'approve');
  return {
    reviewers: reviewers as unknown as Json,
    reviewerIds: reviewers.map((reviewer) => reviewer.userId),
    reviewerEmails: node.config.reviewerEmails ?? [],
    commentBody: node.config.commentBody ?? null,
    aggregatorStatus: aggregatorOf(step),
    approveCount: approvals.length,
    rejectCount: responses.length - approvals.length,
    totalResponses: responses.length,
    mandatoryCount: mandatory.length,
    mandatoryApproveCount: approvals.filter((response) => mandatory.includes(response.reviewerId)).length,
    responses: responses as unknown as Json,
    resumeKey: `human:${stepId}`,
  };
}

function resolutionTally(step: ModelStep): JsonObject {
  const resolved = step.resolutions.filter((it) => it.resolution === 'resolved').length;
  return {
    resolutions: step.resolutions as unknown as Json,
    aggregatorStatus: aggregatorOf(step),
    totalResponses: step.responseIds.length,
    resolvedCount: resolved,
    rejectedCount: step.resolutions.length - resolved,
    pendingCount: step.responseIds.length - step.resolutions.length,
  };
}

function outcome(step: ModelStep): JsonObject {
  const { node, status, override, decision, completedAt } = step;
  if (status !== 'completed' || decision === null || override?.action === 'force-complete') return {};
  const when: JsonObject = override ? { overriddenAt: override.at } : { resumedAt: completedAt };
  const verdict: JsonObject = { decision, approved: decision === 'approve', ...when };
  if (decision === 'approve' || (node.type === 'agent' && !override)) return verdict;
  const { rejectedBy, rejectorMandatory, rejectionReason } = rejectionOf(step);
  return { ...verdict, rejectedBy, rejectorMandatory, rejectionReason };
}

// Whether an ended step was handled, and in what words an execution says why it failed.
import { shortened } from '../definition/beginning';
import type { DefinitionGroup } from '../definition/definition';
import { assertNever } from '../definition/json';
import { announcedRejection } from './rejection';
import type { Plan, Step, StepError } from './run';
import { stepAt, type Turn } from './turn';

/**
 * Why a step that is no group member and of which no edge fired makes the execution fail, or null when it does not:
 * it failed, it breached, or it completed with a reject (contract 2 section 5).
 */
export function unhandledOutcome(plan: Plan, step: Step): StepError | null {
  const code = failureCode(step);
  if (code === null || step.fired) return null;
  return { code, message: `${capitalised(howItEnded(plan, step))}, and no edge of it handles that.` };
}

/** Why a group that is done without quorum makes the execution fail; `speakers` are its members that ended. */
export function groupVerdict(turn: Turn, group: DefinitionGroup, speakers: readonly number[]): StepError {
  const { plan } = turn;
  const ended = speakers.map((position) => stepAt(turn, position));
  const others = ended.filter((step) => step.decision !== 'approve');
  const missing = group.memberNodeIds.length - ended.length;
  const reasons = others.map((step) => howItEnded(plan, step));
  if (missing > 0) reasons.push(`${missing} of its members never ended`);
  const approved = new Set(ended.filter((step) => step.decision === 'approve').map((step) => step.nodeId));
  const isJudgedByEdges = plan.facts.saysWhatEdgesAsk === true && asksForAll(plan, group);
  const required = isJudgedByEdges ? [] : (group.requiredNodeIds ?? []).filter((nodeId) => !approved.has(nodeId));
  if (required.length > 0) reasons.push(`required and not approved: ${required.join(', ')}`);
  const wanted = isJudgedByEdges
    ? `its edges ask for ${group.expectedSteps} and no member that does otherwise`
    : `its quorum is ${group.quorum}`;
  const isRejected = others.some((step) => step.decision === 'reject');
  return {
    code: isRejected ? 'unhandled-rejection' : 'quorum-not-met',
    message: shortened(
      `Group "${group.groupId}" ended with ${approved.size} approvals, and ${wanted}: ${reasons.join('; ')}.`,
      MESSAGE_LENGTH_MAX,
    ),
  };
}

/** What the edges of a waitAll group ask for decides in its quorum's place (contract 2 sections 5 and 6). */
export function asksForAll({ graph }: Plan, { groupId, onQuorumMet }: DefinitionGroup): boolean {
  return onQuorumMet === 'waitAll' && (graph.collectiveEdges.get(groupId) ?? []).length > 0;
}

/** `step "human-legal" (step_...) was rejected by u_1: too long`. */
export function howItEnded(plan: Plan, step: Step): string {
  const name = `step "${step.nodeId}" (${step.stepId})`;
  switch (step.status) {
    case 'completed':
      if (step.decision === 'reject') return `${name} was rejected ${byWhom(plan, step)}`;
      return `${name} completed without approving`;
    case 'failed':
    case 'breached':
      return `${name} ${step.status}: ${step.error?.code ?? 'unknown'}: ${withoutFullStop(step.error?.message ?? '')}`;
    case 'cancelled':
    case 'skipped':
      return `${name} was ${step.status}`;
    case 'pending':
    case 'running':
    case 'waiting':
      return `${name} is still ${step.status}`;
    default:
      return assertNever(step.status);
  }
}

function failureCode(step: Step): string | null {
  if (step.status === 'failed') return 'step-failed';
  if (step.status === 'breached') return 'step-breached';
  return step.decision === 'reject' ? 'unhandled-rejection' : null;
}

function byWhom(plan: Plan, step: Step): string {
  const { rejectedBy, rejectionReason } = announcedRejection(plan, step);
  return `by ${rejectedBy}${rejectionReason === null ? '' : `: ${withoutFullStop(rejectionReason)}`}`;
}

/** A group of a hundred members that all said why would not fit into what Temporal keeps of a failure. */
const MESSAGE_LENGTH_MAX = 8_000;

const withoutFullStop = (text: string): string => text.replace(/\.\s*$/, '');
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

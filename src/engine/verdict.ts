// Whether an ended step was handled, and in what words an execution says why it failed.
import { assertNever } from '../definition/json';
import { decisiveReject } from './human';
import { decisionOf } from './output';
import type { Plan, Step, StepError } from './run';

/**
 * Why a step that is no group member and of which no edge fired makes the execution fail, or null when it does not:
 * it failed, it breached, or it completed with a reject (contract 2 section 5).
 */
export function unhandledOutcome(plan: Plan, step: Step): StepError | null {
  const code = failureCode(plan, step);
  if (code === null || step.fired) return null;
  return { code, message: `${capitalised(howItEnded(plan, step))}, and no edge of it handles that.` };
}

/** `step "human-legal" (step_...) was rejected by u_1: too long`. */
export function howItEnded(plan: Plan, step: Step): string {
  const name = `step "${step.nodeId}" (${step.stepId})`;
  switch (step.status) {
    case 'completed':
      if (decisionOf(plan, step) === 'reject') return `${name} was rejected${byWhom(step)}`;
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

function failureCode(plan: Plan, step: Step): string | null {
  if (step.status === 'failed') return 'step-failed';
  if (step.status === 'breached') return 'step-breached';
  return decisionOf(plan, step) === 'reject' ? 'unhandled-rejection' : null;
}

function byWhom(step: Step): string {
  const reject = decisiveReject(step);
  if (!reject) return ' by its agent';
  return ` by ${reject.reviewerId}${reject.reason === null ? '' : `: ${withoutFullStop(reject.reason)}`}`;
}

const withoutFullStop = (text: string): string => text.replace(/\.\s*$/, '');
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

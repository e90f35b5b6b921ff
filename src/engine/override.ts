// Overrides: someone ends a step over its head (contract 1, steps/resolve).
import { assertNever, jsonBytes } from '../definition/json';
import { decisionIn, overriddenData } from './event-data';
import type { StepOverridden } from './input';
import { nodeOf } from './node';
import { outputTooLarge, refused, stepNotFound } from './refusal';
import type { NotApplied, StepEnded } from './reply';
import { isReviewer } from './reviewers';
import type { Override, OverrideAction, Plan, Run, StepStatus } from './run';
import { completeStep, failStep } from './step';
import { findStep, positionOf } from './step-positions';
import { decisionOfAction } from './tally';
import { changeStep, emit, type Turn } from './turn';

/** From which status an action ends a step. */
const APPLIES_FROM: Readonly<Record<OverrideAction, readonly StepStatus[]>> = {
  'force-approve': ['waiting'],
  'force-reject': ['waiting'],
  'force-complete': ['running', 'waiting'],
  'force-fail': ['running', 'waiting'],
  'reviewer-approve': ['waiting'],
  'reviewer-reject': ['waiting'],
};

/** Why an override cannot be done, or null when it can. Checked in this order; changes nothing. */
export function judgeOverride(plan: Plan, run: Pick<Run, 'steps'>, input: StepOverridden): NotApplied | null {
  const { stepId, action, actorId, output } = input;
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  if (action === 'reviewer-approve' || action === 'reviewer-reject') {
    const node = nodeOf(plan, step.nodeId);
    if (node.type !== 'human') {
      return refused('step-not-human', `Step "${stepId}" is of type ${node.type}; ${action} is for human steps only.`);
    }
    if (!isReviewer(node, step, actorId)) {
      return refused(
        'not-a-reviewer',
        `"${actorId}" is not a reviewer of step "${stepId}", so ${action} is not theirs.`,
      );
    }
  }
  const from = APPLIES_FROM[action];
  if (from.includes(step.status)) return outputTooLarge(output);
  const message = `Step "${stepId}" is ${step.status}; ${action} needs a step that is ${from.join(' or ')}.`;
  return refused('step-in-wrong-status', message);
}

/** Does an override that `judgeOverride` had nothing against. */
export function overrideStep(turn: Turn, input: StepOverridden): StepEnded {
  const { stepId, action, actorId, output, reason } = input;
  const position = positionOf(turn.steps, stepId);
  const override: Override = { action, actorId, reason, output, at: turn.at };
  turn.bytes += jsonBytes({ ...override }) + OVERRIDE_BYTES;
  changeStep(turn, position, { override });
  emit(turn, 'step.overridden', stepId, overriddenData(override));
  switch (action) {
    case 'force-approve':
    case 'force-reject':
    case 'reviewer-approve':
    case 'reviewer-reject':
      completeStep(turn, position, decisionOfAction(action));
      break;
    case 'force-complete':
      completeStep(turn, position, decisionIn(output));
      break;
    case 'force-fail':
      failStep(turn, position, { code: 'force-failed', message: forceFailed(input) });
      break;
    default:
      assertNever(action);
  }
  return { kind: 'step-ended' };
}

const OVERRIDE_BYTES = 20;

function forceFailed({ actorId, reason }: StepOverridden): string {
  return `${actorId} ended the step as failed${reason === null ? '' : `: ${reason}`}.`;
}

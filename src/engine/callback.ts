// Callbacks of async webhook steps: what the receiver says ends the step, once (contract 4 section 2).
import { type JsonObject, jsonBytes } from '../definition/json';
import { decisionIn, resumeKeyOf } from './event-data';
import type { WebhookCalledBack } from './input';
import { nodeOf } from './node';
import { outputTooLarge, refused, stepNotFound } from './refusal';
import type { NotApplied, StepEnded } from './reply';
import type { Plan, Run } from './run';
import { completeStep, failStep, withShortMessage } from './step';
import { findStep, positionOf } from './step-positions';
import { changeStep, emit, isOpen, stepAt, type Turn } from './turn';

/** Why a callback would end nothing, or null when it would. One that is quicker than the answer to the call counts. */
export function judgeCallback(
  plan: Plan,
  run: Pick<Run, 'steps'>,
  { stepId, output }: WebhookCalledBack,
): NotApplied | null {
  const step = findStep(run.steps, stepId);
  if (!step) return stepNotFound(stepId);
  const node = nodeOf(plan, step.nodeId);
  if (node.type !== 'webhook' || node.config.mode !== 'async') {
    return refused('step-not-webhook', `Step "${stepId}" is not that of an async webhook; only those are called back.`);
  }
  if (!isOpen(step.status)) {
    return refused('step-in-wrong-status', `Step "${stepId}" is ${step.status} already; a callback comes too late.`);
  }
  return outputTooLarge(output);
}

/** Ends the step by a callback that `judgeCallback` had nothing against. */
export function recordCallback(turn: Turn, { stepId, status, output, error }: WebhookCalledBack): StepEnded {
  const position = positionOf(turn.steps, stepId);
  const kept: JsonObject | null = output ?? (status === 'completed' ? {} : null);
  turn.bytes += kept === null ? 0 : jsonBytes(kept);
  // Its call has been understood, whatever is still to come of it.
  if (stepAt(turn, position).status === 'running') turn.effects.push({ kind: 'cancel-work', stepId });
  const step = changeStep(turn, position, { status: 'waiting', output: kept });
  emit(turn, 'step.resumed', stepId, { resumeKey: resumeKeyOf(turn.plan, step) });
  if (status === 'completed') completeStep(turn, position, decisionIn(kept));
  else {
    const message = error ?? 'The receiver reported a failure and gave no reason.';
    failStep(turn, position, withShortMessage({ code: 'webhook-node-failed', message }));
  }
  return { kind: 'step-ended' };
}

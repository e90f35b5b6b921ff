// Webhook steps: what the receiver is told, and what its answer does (contract 4 section 2).
import type { WebhookNode } from '../definition/definition';
import { type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { CallWebhook } from './effect';
import type { WebhookAnswered, WebhookFailed, WebhookResponse } from './input';
import { isLateMember, QUORUM_CANCEL } from './late';
import { nodeOf } from './node';
import type { Noted } from './reply';
import type { Plan, Run, Step } from './run';
import { cancelStep, completeStep, failStep, withShortMessage } from './step';
import { inputOf } from './step-input';
import { positionOf } from './step-positions';
import { changeStep, emit, stepAt, type Turn } from './turn';

/** Asks the shell to call the receiver; a request that is too large fails the step at once. */
export function beginWebhook(turn: Turn, position: number): void {
  const effect = webhookWork(turn.plan, turn, stepAt(turn, position));
  if (effect.requestBytes > LIMITS.requestBytesMax) {
    const message = `The webhook's request would be ${effect.requestBytes} bytes; at most ${LIMITS.requestBytesMax} are possible.`;
    failStep(turn, position, { code: 'input-too-large', message });
    return;
  }
  turn.effects.push(effect);
}

/** The call of a webhook step that is running. */
export function webhookWork(plan: Plan, run: Pick<Run, 'steps' | 'loops'>, step: Step): CallWebhook {
  const { executionId, correlationId, triggerContext } = plan.facts;
  const { stepId, nodeId } = step;
  const input = inputOf(plan, run, step);
  const request = {
    executionId,
    definitionId: plan.definition.definitionId,
    correlationId,
    stepId,
    nodeId,
    input: input === triggerContext ? null : input,
    triggerContext,
  };
  return { kind: 'call-webhook', nodeId, request, requestBytes: jsonBytes(request) };
}

/** The receiver accepted the call: that completes a sync step, and makes an async one wait for its callback. */
export function webhookAnswered(turn: Turn, { stepId, response }: WebhookAnswered): Noted {
  const running = runningWebhook(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  const { position, node } = running;
  if (node.config.mode === 'sync') completeWith(turn, { position, node, response });
  else if (isLateMember(turn, stepAt(turn, position))) cancelStep(turn, position, QUORUM_CANCEL);
  else {
    changeStep(turn, position, { status: 'waiting' });
    emit(turn, 'step.awaiting-callback', stepId);
  }
  return { kind: 'applied' };
}

export function webhookFailed(turn: Turn, { stepId, error }: WebhookFailed): Noted {
  const running = runningWebhook(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  failStep(turn, running.position, withShortMessage(error));
  return { kind: 'applied' };
}

function completeWith(
  turn: Turn,
  { position, node, response }: { position: number; node: WebhookNode; response: WebhookResponse },
): void {
  if (node.requireNonEmptyOutput && response.responseText === '') {
    const message = 'The receiver answered without a body, and the node requires a non-empty output.';
    failStep(turn, position, { code: 'webhook-node-empty-response', message });
    return;
  }
  const output: JsonObject = { ...response };
  const bytes = jsonBytes(output);
  if (bytes > LIMITS.outputBytesMax) {
    const message = `The receiver's answer would be kept as ${bytes} bytes; at most ${LIMITS.outputBytesMax} are possible.`;
    failStep(turn, position, { code: 'output-too-large', message });
    return;
  }
  turn.bytes += bytes;
  changeStep(turn, position, { output });
  completeStep(turn, position, null);
}

function runningWebhook(turn: Turn, stepId: string): { position: number; node: WebhookNode } | null {
  const position = positionOf(turn.steps, stepId);
  const step = turn.steps[position];
  if (step?.status !== 'running') return null;
  const node = nodeOf(turn.plan, step.nodeId);
  return node.type === 'webhook' ? { position, node } : null;
}

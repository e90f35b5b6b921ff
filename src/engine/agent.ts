// Agent steps: what the agent is asked, and what its result or failure does (contract 2 section 2).
import type { AgentNode } from '../definition/definition';
import { type Json, type JsonObject, jsonBytes, valueAt } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { beginWaiting, responsesIn } from './blocking';
import type { AgentRequest, RunAgent } from './effect';
import { decisionIn } from './event-data';
import type { AgentFailed, AgentSucceeded } from './input';
import { isLateMember, QUORUM_CANCEL } from './late';
import { isBlocking, nodeOf } from './node';
import type { Noted } from './reply';
import type { Plan, Run, Step, StepError } from './run';
import { cancelStep, completeStep, failStep, withShortMessage } from './step';
import { inputOf } from './step-input';
import { positionOf } from './step-positions';
import { changeStep, stepAt, type Turn } from './turn';

/** Asks the shell to run the agent; a request that cannot be made fails the step at once. */
export function beginAgent(turn: Turn, position: number, node: AgentNode): void {
  const request = agentRequest(turn.plan, turn, { node, step: stepAt(turn, position) });
  if (request === null) {
    const { urlPath } = node.config;
    const message = `urlPath "${urlPath}" leads to no URL in this execution's triggerContext, and the node has no url.`;
    failStep(turn, position, { code: 'agent-url-unresolved', message });
    return;
  }
  const effect = runAgent(turn.plan, stepAt(turn, position), request);
  if (effect.requestBytes > LIMITS.requestBytesMax) {
    const message = `The agent's request would be ${effect.requestBytes} bytes; at most ${LIMITS.requestBytesMax} are possible.`;
    failStep(turn, position, { code: 'input-too-large', message });
    return;
  }
  turn.effects.push(effect);
}

/** The work of an agent's step that is running; null when it cannot be asked. */
export function agentWork(plan: Plan, run: Run, { node, step }: { node: AgentNode; step: Step }): RunAgent | null {
  const request = agentRequest(plan, run, { node, step });
  return request === null ? null : runAgent(plan, step, request);
}

const runAgent = ({ facts }: Plan, { nodeId, cause }: Step, request: AgentRequest): RunAgent => ({
  kind: 'run-agent',
  nodeId,
  request,
  isRepeat: facts.keepsOwnWords === true ? cause.kind === 'loop' : hasAttempts(request),
  requestBytes: jsonBytes(request as unknown as Json),
});

/** As it was told before `keepsOwnWords`: by what the input says of itself. */
const hasAttempts = ({ input, triggerContext }: AgentRequest): boolean =>
  Array.isArray((input ?? triggerContext).previousAttempts);

export function agentSucceeded(turn: Turn, { stepId, result }: AgentSucceeded): Noted {
  const running = runningAgent(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  const { position, node } = running;
  const taken = takeResult(turn, node, result);
  if ('error' in taken) {
    failStep(turn, position, taken.error);
    return { kind: 'applied' };
  }
  const { output } = taken;
  turn.bytes += jsonBytes(output);
  const step = changeStep(turn, position, { output });
  if (!isBlocking(node)) completeStep(turn, position, decisionIn(output));
  else if (isLateMember(turn, step)) cancelStep(turn, position, QUORUM_CANCEL);
  else beginWaiting(turn, position);
  return { kind: 'applied' };
}

/** What of a result becomes the step's output, or why it cannot (contract 2 sections 2 and 5). */
function takeResult(
  turn: Turn,
  node: AgentNode,
  result: JsonObject,
): { readonly output: JsonObject } | { readonly error: StepError } {
  const { agentId, requireNonEmptyOutput } = node.config;
  if (requireNonEmptyOutput && Object.keys(result).length === 0) {
    const message = `Agent "${agentId}" returned nothing, and the node requires a non-empty output.`;
    return { error: { code: 'agent-empty-output', message } };
  }
  const responses = isBlocking(node) ? responsesIn(result) : null;
  if (typeof responses === 'string') {
    const message = `Agent "${agentId}" returned what cannot be resolved: ${responses}.`;
    return { error: { code: 'agent-failed', message } };
  }
  const output: JsonObject = { ...result, agentId, generatedAt: turn.at, ...(responses === null ? {} : { responses }) };
  const bytes = jsonBytes(output);
  if (bytes > LIMITS.outputBytesMax) {
    const message = `Agent "${agentId}" returned ${bytes} bytes; at most ${LIMITS.outputBytesMax} are possible.`;
    return { error: { code: 'output-too-large', message } };
  }
  if (!isBlocking(node)) return { output };
  // The resolutions decide, not the agent; nor does it say who did, and when.
  const { decision: _decision, approved: _approved, ...undecided } = output;
  if (turn.plan.facts.keepsOwnWords !== true) return { output: undecided };
  const { rejectedBy: _by, rejectorMandatory: _mandatory, resumedAt: _at, overriddenAt: _over, ...own } = undecided;
  return { output: own };
}

export function agentFailed(turn: Turn, { stepId, error }: AgentFailed): Noted {
  const running = runningAgent(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  failStep(turn, running.position, withShortMessage(error));
  return { kind: 'applied' };
}

function runningAgent(turn: Turn, stepId: string): { position: number; node: AgentNode } | null {
  const position = positionOf(turn.steps, stepId);
  const step = turn.steps[position];
  if (step?.status !== 'running') return null;
  const node = nodeOf(turn.plan, step.nodeId);
  return node.type === 'agent' ? { position, node } : null;
}

/** What the agent is asked, or null when the node wants a URL and none is found. */
function agentRequest(
  plan: Plan,
  run: Pick<Run, 'steps' | 'loops'>,
  { node, step }: { node: AgentNode; step: Step },
): AgentRequest | null {
  const { config } = node;
  const { executionId, correlationId, triggerContext } = plan.facts;
  const url = config.url ?? urlAt(triggerContext, config.urlPath);
  if (url === null && config.urlPath !== undefined) return null;
  const input = inputOf(plan, run, step);
  const paths = { input, execution: { input: triggerContext } };
  return {
    agentId: config.agentId,
    executionId,
    stepId: step.stepId,
    definitionId: plan.definition.definitionId,
    correlationId,
    input: input === triggerContext ? null : input,
    triggerContext,
    url,
    promptOverride: config.promptOverride ?? null,
    mapped: resolveMapping(config.inputMapping ?? {}, paths),
    userContext: resolveMapping(config.userContextMapping ?? {}, paths),
  };
}

function urlAt(triggerContext: JsonObject, urlPath: string | undefined): string | null {
  if (urlPath === undefined) return null;
  const found = valueAt(triggerContext, urlPath.split('.'));
  if (typeof found !== 'string' || found.trim() === '') return null;
  return /^[a-z][a-z0-9+.-]*:/i.test(found) && !/^[^/:]+:\d+(?:[/?#]|$)/.test(found) ? found : `https://${found}`;
}

/** Each value that is a dot path into `input` or `execution.input` is replaced by what is found there, or null. */
function resolveMapping(mapping: JsonObject, roots: JsonObject): JsonObject {
  const isPath = /^(?:input|execution\.input)(?:\.|$)/;
  return Object.fromEntries(
    Object.entries(mapping).map(([key, value]) => [
      key,
      typeof value === 'string' && isPath.test(value) ? (valueAt(roots, value.split('.')) ?? null) : value,
    ]),
  );
}

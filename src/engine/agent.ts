// Agent steps: what the agent is asked, and what its result or failure does (contract 2 section 2).
import type { AgentNode } from '../definition/definition';
import { type Json, type JsonObject, jsonBytes } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { AgentRequest } from './effect';
import type { AgentFailed, AgentSucceeded } from './input';
import { inputOf } from './output';
import type { Noted } from './reply';
import type { Plan, Run, Step } from './run';
import { completeStep, failStep, nodeOf } from './step';
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
  const bytes = jsonBytes(request as unknown as Json);
  if (bytes > LIMITS.agentRequestBytesMax) {
    const message = `The agent's request would be ${bytes} bytes; at most ${LIMITS.agentRequestBytesMax} are possible.`;
    failStep(turn, position, { code: 'input-too-large', message });
    return;
  }
  turn.effects.push({ kind: 'run-agent', nodeId: node.nodeId, request });
}

export function agentSucceeded(turn: Turn, { stepId, result }: AgentSucceeded): Noted {
  const running = runningAgent(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  const { position, node } = running;
  const { agentId, requireNonEmptyOutput } = node.config;
  if (requireNonEmptyOutput && Object.keys(result).length === 0) {
    const message = `Agent "${agentId}" returned nothing, and the node requires a non-empty output.`;
    failStep(turn, position, { code: 'agent-empty-output', message });
    return { kind: 'applied' };
  }
  const output: JsonObject = { ...result, agentId, generatedAt: turn.at };
  const bytes = jsonBytes(output);
  if (bytes > LIMITS.outputBytesMax) {
    const message = `Agent "${agentId}" returned ${bytes} bytes; at most ${LIMITS.outputBytesMax} are possible.`;
    failStep(turn, position, { code: 'output-too-large', message });
    return { kind: 'applied' };
  }
  turn.bytes += bytes;
  changeStep(turn, position, { output });
  const { decision } = result;
  const decided = decision === 'approve' || decision === 'reject' ? { decision } : {};
  completeStep(turn, position, { nodeType: 'agent', ...decided, agentId });
  return { kind: 'applied' };
}

export function agentFailed(turn: Turn, { stepId, error }: AgentFailed): Noted {
  const running = runningAgent(turn, stepId);
  if (!running) return { kind: 'ignored-late' };
  failStep(turn, running.position, error);
  return { kind: 'applied' };
}

function runningAgent(turn: Turn, stepId: string): { position: number; node: AgentNode } | null {
  const position = turn.steps.findIndex((step) => step.stepId === stepId);
  const step = turn.steps[position];
  if (step?.status !== 'running') return null;
  const node = nodeOf(turn.plan, step.nodeId);
  return node.type === 'agent' ? { position, node } : null;
}

/** What the agent is asked, or null when the node wants a URL and none is found. */
function agentRequest(
  plan: Plan,
  run: Pick<Run, 'steps'>,
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
      typeof value === 'string' && isPath.test(value) ? valueAt(roots, value.split('.')) : value,
    ]),
  );
}

function valueAt(from: Json, path: readonly string[]): Json {
  let value: Json | undefined = from;
  for (const key of path) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, key)) return null;
    value = (value as JsonObject)[key];
  }
  return value ?? null;
}

// The activity that runs an agent: gives it its request, bounds its time, and turns its failures into final or retryable.

import { ApplicationFailure, Context } from '@temporalio/activity';
import { shortened } from '../definition/beginning';
import { isDeeper, type JsonObject } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { wholeCharacters } from '../definition/whole-characters';
import {
  type AgentFailureCode,
  type AgentReport,
  type AgentTask,
  previousAttemptsOf,
  tooDeepMessage,
} from '../workflows/contract/activities';
import { idempotencyKeyOf } from '../workflows/contract/ids';
import type { AgentCall, ModuleAgent } from './agents/agent';
import type { AgentRegistry } from './agents/registry';
import { HEARTBEAT_INTERVAL_MS } from './heartbeats';

export interface RunAgentDependencies {
  readonly agents: AgentRegistry;
  /** Refuses what a user may not make the system call (contract 3 section 2): a sentence, or null when it is allowed. */
  readonly refuseUrl: (url: string) => string | null;
  /** Told of an agent that was to be quick, and was cut off. */
  readonly noteOutlasting: (agentId: string) => void;
}

export function runAgentActivity({ agents, refuseUrl, noteOutlasting }: RunAgentDependencies) {
  return async function runAgent(task: AgentTask): Promise<AgentReport> {
    const { request, maxRuntimeMs } = task;
    if (task.outlastedLocally && Context.current().info.attempt === 1) noteOutlasting(request.agentId);
    const agent = agents.find(request.agentId);
    if (!agent) {
      throw final('agent-not-found', `No agent "${request.agentId}" is registered with this worker (AGENTS_FILE).`);
    }
    const refusal = request.url === null ? null : refuseUrl(request.url);
    if (refusal !== null) throw final('destination-forbidden', refusal);
    const result = await withinTime(agent, callOf(task), maxRuntimeMs);
    return { result: checked(result, request.agentId), endedAt: Date.now() };
  };
}

/** For agents that other workers run: what a user set is checked before it is handed on (contract 3 section 2). */
export function checkAgentUrlActivity(refuseUrl: RunAgentDependencies['refuseUrl']) {
  return async function checkAgentUrl(url: string): Promise<void> {
    const refusal = refuseUrl(url);
    if (refusal !== null) throw final('destination-forbidden', refusal);
  };
}

function callOf(task: AgentTask): AgentCall {
  const { request, attemptsBefore } = task;
  return {
    ...request,
    idempotencyKey: idempotencyKeyOf(request),
    attempt: attemptsBefore + Context.current().info.attempt,
    input: request.input ?? request.triggerContext,
    ...previousAttemptsOf(task),
  };
}

/** Passing the time is final: the attempt is over even if the agent does not listen to its signal. */
async function withinTime(agent: ModuleAgent, call: AgentCall, maxRuntimeMs: number): Promise<unknown> {
  const context = Context.current();
  const deadline = new AbortController();
  // A local activity has no heartbeat: its workflow task is what times out.
  const heartbeat = context.info.isLocal ? undefined : setInterval(() => context.heartbeat(), HEARTBEAT_INTERVAL_MS);
  const timer = setTimeout(() => deadline.abort(), maxRuntimeMs);
  const overtime = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () =>
      reject(
        final(
          'agent-timeout',
          `Agent "${call.agentId}" did not end within its agentMaxRuntimeMs of ${maxRuntimeMs} ms.`,
        ),
      ),
    );
  });
  const signal = AbortSignal.any([context.cancellationSignal, deadline.signal]);
  try {
    return await Promise.race([attempt(agent, call, signal), overtime, context.cancelled]);
  } finally {
    clearInterval(heartbeat);
    clearTimeout(timer);
  }
}

async function attempt(agent: ModuleAgent, call: AgentCall, signal: AbortSignal): Promise<unknown> {
  try {
    return await agent(call, { signal });
  } catch (error) {
    const message = messageOf(error);
    const nonRetryable = typeof error === 'object' && error !== null && 'final' in error && error.final === true;
    throw failure('agent-failed', message, nonRetryable);
  }
}

/** Agents may throw anything: an error of another realm, or an object with a message. */
function messageOf(error: unknown): string {
  const isTold = typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string';
  return isTold ? (error.message as string) : String(error);
}

/** What leaves an agent must fit into a payload: it is refused here, before it enters the history. */
function checked(result: unknown, agentId: string): JsonObject {
  const json = toJson(result, agentId);
  const bytes = Buffer.byteLength(json);
  if (bytes > LIMITS.outputBytesMax) {
    const message = `Agent "${agentId}" returned ${bytes} bytes; at most ${LIMITS.outputBytesMax} are possible.`;
    throw final('output-too-large', message);
  }
  const output: unknown = JSON.parse(json);
  if (isDeeper(output, LIMITS.jsonDepthMax)) throw final('agent-failed', tooDeepMessage(agentId));
  if (typeof output === 'object' && output !== null && !Array.isArray(output)) return output as JsonObject;
  throw final('agent-failed', `Agent "${agentId}" must return an object, and it returned ${nameOf(result)}.`);
}

function toJson(result: unknown, agentId: string): string {
  try {
    return wholeCharacters(JSON.stringify(result, withItsNumbers) ?? 'null');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw final('agent-failed', `Agent "${agentId}" returned what cannot be written as JSON: ${why}`);
  }
}

/** JSON writes null for NaN and Infinity, which is also what JavaScript reads for 1e400: nobody would see that it was another value. */
function withItsNumbers(key: string, value: unknown): unknown {
  if (key === '' || typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new RangeError(`"${shortened(key, KEY_LENGTH_SHOWN)}" is no number, or one that is too large to be kept`);
}

const KEY_LENGTH_SHOWN = 100;

const nameOf = (value: unknown): string => (Array.isArray(value) ? 'an array' : value === null ? 'null' : typeof value);

const final = (type: AgentFailureCode, message: string): ApplicationFailure => failure(type, message, true);

/**
 * Its first detail is the time, so that it stands in the history (docs/decisions/0061-times-that-replay.md). More of the message
 * than the engine keeps does not leave the worker: an agent may throw the whole page that it was answered with.
 */
function failure(type: AgentFailureCode, message: string, nonRetryable: boolean): ApplicationFailure {
  // Half a character, as an agent that cuts a text may leave it, is no UTF-8: the SDK's core would end the worker over it.
  const kept = wellFormed(shortened(message, LIMITS.errorMessageLengthMax));
  return ApplicationFailure.create({ type, message: kept, nonRetryable, details: [Date.now()] });
}

const wellFormed = (text: string): string => Buffer.from(text).toString();

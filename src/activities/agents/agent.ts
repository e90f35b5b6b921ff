// What an agent is to the worker: a function from a request to an object (contract 2 sections 2 and 10).
import type { Json, JsonObject } from '../../definition/json';

/** What a module agent is called with. */
export interface AgentCall {
  readonly agentId: string;
  readonly executionId: string;
  readonly stepId: string;
  /** The same for every attempt of a step: an agent may be called more than once for it. */
  readonly idempotencyKey: string;
  readonly definitionId: string;
  readonly correlationId: string;
  /** From 1. */
  readonly attempt: number;
  readonly input: JsonObject;
  readonly triggerContext: JsonObject;
  readonly url: string | null;
  readonly promptOverride: string | null;
  readonly mapped: JsonObject;
  readonly userContext: JsonObject;
  /** In a loop from its second iteration on: what was rejected before, by whom and why (contract 2 section 7). */
  readonly previousAttempts?: readonly Json[];
}

export interface AgentContext {
  /** Aborted when the step is cancelled or breached, or the attempt's time is up. */
  readonly signal: AbortSignal;
}

/**
 * A module agent. What it throws is retried, unless the error has `final: true`; what it returns must be a plain object.
 */
export type ModuleAgent = (call: AgentCall, context: AgentContext) => Promise<JsonObject> | JsonObject;

/** An error after which no further attempt is made. */
export class FinalAgentError extends Error {
  readonly final = true;
  override readonly name = 'FinalAgentError';
}

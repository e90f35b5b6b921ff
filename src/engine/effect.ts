// What the shell must do after an input. Timers and closing are no effects: they follow from the run itself.
import type { JsonObject } from '../definition/json';

/** What an agent is asked (contract 2 section 2). `input: null`: the same as `triggerContext`, which is sent once. */
export interface AgentRequest {
  readonly agentId: string;
  readonly executionId: string;
  readonly stepId: string;
  readonly definitionId: string;
  readonly correlationId: string;
  readonly input: JsonObject | null;
  readonly triggerContext: JsonObject;
  readonly url: string | null;
  readonly promptOverride: string | null;
  readonly mapped: JsonObject;
  readonly userContext: JsonObject;
}

export interface RunAgent {
  readonly kind: 'run-agent';
  readonly nodeId: string;
  readonly request: AgentRequest;
  /** The size of the request as JSON. */
  readonly requestBytes: number;
}
export interface CancelAgent {
  readonly kind: 'cancel-agent';
  readonly stepId: string;
}

export type Effect = RunAgent | CancelAgent;

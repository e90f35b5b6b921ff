// Everything that can happen to a run. Each input carries the time at which the shell saw it, in epoch milliseconds.
import type { JsonObject } from '../definition/json';
import type { Decision, StepError } from './run';

export interface Dispatched {
  readonly kind: 'dispatched';
  readonly at: number;
  /** Base-36 characters that make the ids of the root steps unique. */
  readonly nonce: string;
}
export interface ReviewerDecided {
  readonly kind: 'reviewer-decided';
  readonly at: number;
  readonly stepId: string;
  readonly reviewerId: string;
  readonly decision: Decision;
  readonly reason: string | null;
}
export interface AgentSucceeded {
  readonly kind: 'agent-succeeded';
  readonly at: number;
  readonly stepId: string;
  readonly result: JsonObject;
}
export interface AgentFailed {
  readonly kind: 'agent-failed';
  readonly at: number;
  readonly stepId: string;
  readonly error: StepError;
}
/** Time has come to `at`: the step that is due first, if any is due by then, breaches. One input breaches one step. */
export interface DeadlineReached {
  readonly kind: 'deadline-reached';
  readonly at: number;
}
export interface CancelRequested {
  readonly kind: 'cancel-requested';
  readonly at: number;
  readonly reason: string | null;
}

export type Input = Dispatched | ReviewerDecided | AgentSucceeded | AgentFailed | DeadlineReached | CancelRequested;

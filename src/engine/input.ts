// Everything that can happen to a run. Each input carries the time at which the shell saw it, in epoch milliseconds.
import type { Json, JsonObject } from '../definition/json';
import type { Decision, OverrideAction, Resolution, StepError } from './run';

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
/** Someone resolved one response of a blocking agent (contract 1, steps/recordAgentResolution). */
export interface AgentResolved {
  readonly kind: 'agent-resolved';
  readonly at: number;
  readonly stepId: string;
  readonly responseId: string;
  readonly resolution: Resolution;
  readonly actorId: string;
  readonly reason: string | null;
}
/** Someone ended a step over its head (contract 1, steps/resolve). */
export interface StepOverridden {
  readonly kind: 'step-overridden';
  readonly at: number;
  readonly stepId: string;
  readonly action: OverrideAction;
  readonly actorId: string;
  readonly output: JsonObject | null;
  readonly reason: string | null;
}
/** Someone cancelled one step (contract 1, steps/cancel): an administrative cancel. */
export interface StepCancelRequested {
  readonly kind: 'step-cancel-requested';
  readonly at: number;
  readonly stepId: string;
  readonly actorId: string;
  readonly reason: string | null;
}
/** Someone passed a reviewer's part to another (contract 4 section 4, steps/reassign). */
export interface ReviewerReassigned {
  readonly kind: 'reviewer-reassigned';
  readonly at: number;
  readonly stepId: string;
  readonly fromReviewerId: string;
  readonly toReviewerId: string;
  readonly actorId: string;
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
/** What a webhook node's receiver answered (contract 4 section 2). */
export interface WebhookResponse {
  readonly httpStatus: number;
  readonly responseHeaders: Readonly<Record<string, string>>;
  /** Left out when the body is no JSON. */
  readonly responseJson?: Json;
  /** At most 64 KiB. */
  readonly responseText: string;
}
/** The receiver accepted the call. */
export interface WebhookAnswered {
  readonly kind: 'webhook-answered';
  readonly at: number;
  readonly stepId: string;
  readonly response: WebhookResponse;
}
export interface WebhookFailed {
  readonly kind: 'webhook-failed';
  readonly at: number;
  readonly stepId: string;
  readonly error: StepError;
}
/** The receiver of an async webhook node says how it ended. */
export interface WebhookCalledBack {
  readonly kind: 'webhook-called-back';
  readonly at: number;
  readonly stepId: string;
  readonly status: 'completed' | 'failed';
  readonly output: JsonObject | null;
  /** Why it failed, or null. */
  readonly error: string | null;
}
/** At least one recipient was accepted. */
export interface NotificationSent {
  readonly kind: 'notification-sent';
  readonly at: number;
  readonly stepId: string;
  readonly output: JsonObject;
}
export interface NotificationFailed {
  readonly kind: 'notification-failed';
  readonly at: number;
  readonly stepId: string;
  readonly error: StepError;
}
/**
 * Time has come to `at`: the step that is due first, if any is due by then, breaches; if none is, the first reminder that
 * is due by then is made. One input breaches one step, or reminds of one.
 */
export interface DeadlineReached {
  readonly kind: 'deadline-reached';
  readonly at: number;
}
export interface CancelRequested {
  readonly kind: 'cancel-requested';
  readonly at: number;
  readonly reason: string | null;
}

/** What a caller asks for and is answered; it can be refused before it is recorded. */
export type CallerInput =
  | ReviewerDecided
  | AgentResolved
  | StepOverridden
  | StepCancelRequested
  | ReviewerReassigned
  | WebhookCalledBack;

/** How the work of a step ended. */
export type WorkInput =
  | AgentSucceeded
  | AgentFailed
  | WebhookAnswered
  | WebhookFailed
  | NotificationSent
  | NotificationFailed;

export type Input = Dispatched | CallerInput | WorkInput | DeadlineReached | CancelRequested;

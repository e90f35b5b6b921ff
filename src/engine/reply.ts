// What the engine answers to the caller of an input: values, from which the API makes its responses.

export type AggregatorStatus = 'pending' | 'resolved' | 'rejected';

/** A reviewer's decision, or the resolution of an agent's response, is recorded. */
export interface ResponseRecorded {
  readonly kind: 'response-recorded';
  readonly aggregatorStatus: AggregatorStatus;
  /** Whether this one ended the step. */
  readonly resumeScheduled: boolean;
}
export interface ResponseNotRecorded {
  readonly kind: 'response-not-recorded';
  readonly aggregatorStatus: AggregatorStatus;
  readonly rejectionReason: 'idempotent' | 'already-terminal' | 'unknown-responder' | 'unknown-response';
}
/** The step was overridden or cancelled. */
export interface StepEnded {
  readonly kind: 'step-ended';
}
/** A reviewer's part went to another. */
export interface StepReassigned {
  readonly kind: 'step-reassigned';
}
/** It had been passed on to the same person before. */
export interface ReassignedAlready {
  readonly kind: 'reassigned-already';
}
export type RefusalCode =
  | 'step-not-found'
  | 'step-not-human'
  | 'step-not-blocking-agent'
  | 'step-not-webhook'
  | 'step-not-waiting-yet'
  | 'step-in-wrong-status'
  | 'not-a-reviewer'
  | 'from-not-a-reviewer'
  | 'from-has-decided'
  | 'to-is-a-reviewer'
  | 'too-many-reassignments'
  | 'output-too-large'
  | 'state-limit-exceeded';
/** The input does not apply to this run as it stands; nothing changed. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  /** For a person: what is wrong and what to do. */
  readonly message: string;
}
export interface CancelReply {
  readonly kind: 'cancel';
  /** False when the execution had already ended. */
  readonly cancelled: boolean;
}
/** What happened was no caller's doing; `ignored-late`: its step had already ended, so nothing changed. */
export interface Noted {
  readonly kind: 'applied' | 'ignored-late';
}

/** Why a caller's input would change nothing. */
export type NotApplied = ResponseNotRecorded | ReassignedAlready | Refused;
export type CallerReply = ResponseRecorded | StepEnded | StepReassigned | NotApplied;
export type Reply = CallerReply | CancelReply | Noted;

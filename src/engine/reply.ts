// What the engine answers to the caller of an input: values, from which the API makes its responses.

export type AggregatorStatus = 'pending' | 'resolved' | 'rejected';

export interface DecisionRecorded {
  readonly kind: 'decision-recorded';
  readonly aggregatorStatus: AggregatorStatus;
  /** Whether this decision ended the step. */
  readonly resumeScheduled: boolean;
}
export interface DecisionNotRecorded {
  readonly kind: 'decision-not-recorded';
  readonly aggregatorStatus: AggregatorStatus;
  readonly rejectionReason: 'idempotent' | 'already-terminal' | 'unknown-responder';
}
/** The input does not apply to this run as it stands; nothing changed. */
export interface Refused {
  readonly kind: 'refused';
  readonly code: 'step-not-found' | 'step-not-human' | 'step-not-waiting-yet' | 'state-limit-exceeded';
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

export type DecisionReply = DecisionRecorded | DecisionNotRecorded | Refused;
export type Reply = DecisionReply | CancelReply | Noted;

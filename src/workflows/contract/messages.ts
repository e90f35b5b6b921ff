// What the callers of workflows say to them: updates, signals and queries, by name, and what each takes.
import type { JsonObject } from '../../definition/json';
import type { Decision, OverrideAction, Resolution } from '../../engine/run';

/** The result of each is a CallerReply. A refusal is an ApplicationFailure of type `refused` whose first detail is the reply. */
export const UPDATE = {
  /** argument: ReviewerDecision. */
  recordReviewerDecision: 'recordReviewerDecision',
  /** argument: ResponseResolution. */
  recordAgentResolution: 'recordAgentResolution',
  /** argument: StepOverride. */
  resolveStep: 'resolveStep',
  /** argument: StepCancellation. */
  cancelStep: 'cancelStep',
  /** argument: ReviewerReassignment. */
  reassignReviewer: 'reassignReviewer',
  /** argument: CancelRequest; result: CancelReply. */
  cancelExecution: 'cancelExecution',
  /** argument: WebhookCallback. */
  callBackStep: 'callBackStep',
  /** to `definition` and `deletedDefinition`; argument: HeadChange; result: HeadReply, in a refusal its first detail. */
  changeDefinition: 'changeDefinition',
} as const;

/** The updates that concern one step. */
export type StepUpdate = Exclude<keyof typeof UPDATE, 'cancelExecution' | 'changeDefinition'>;

export interface StepUpdateArguments {
  readonly recordReviewerDecision: ReviewerDecision;
  readonly recordAgentResolution: ResponseResolution;
  readonly resolveStep: StepOverride;
  readonly cancelStep: StepCancellation;
  readonly reassignReviewer: ReviewerReassignment;
  readonly callBackStep: WebhookCallback;
}

export const SIGNAL = {
  /** argument: ReviewerDecision, from any Temporal client. What is not recordable changes nothing. */
  reviewerDecision: 'reviewerDecision',
  /** to `webhookDelivery`; argument: HandedOverEvent[]. An event that it was given before is dropped. */
  handOver: 'handOver',
  /** to `webhookDelivery`; argument: ExecutionEvent[]. Each starts at attempt 0 again, whatever became of it before. */
  redeliver: 'redeliver',
} as const;

export const QUERY = {
  /** argument: ViewRequest (none: from the first step); result: ViewPage. */
  view: 'view',
  /** argument: ViewRequest; result: DetailedPage, the same with what only the dialects show. */
  detailedView: 'detailedView',
  /** argument: EventsRequest; result: EventsPage. */
  events: 'events',
  /** arguments: StepUpdate and its argument; result: NotApplied | null (null: it would apply). Answers on closed executions too. */
  judge: 'judge',
  /** argument: SeqRequest; result: FirstDeliveriesPage. Without an argument, as builds ask from before there were pages: FirstDeliveries. */
  deliveries: 'deliveries',
  /** argument: seq[]; result: ExecutionEvent[], those of them that are external. */
  eventsBySeq: 'eventsBySeq',
  /**
   * of `webhookDelivery`, of all events that it was ever given; argument: SeqRequest; result: SeqPage<DeliveryRecord>. Without an
   * argument, as builds ask from before there were pages: DeliveryRecord[].
   */
  deliveryRecords: 'deliveryRecords',
  /** argument: InboxQuestion; result: InboxSlice, what waits for this person now. */
  inbox: 'inbox',
} as const;

export interface ViewRequest {
  /** The position of the first step to show. */
  readonly from: number;
}
/** Of what has a seq each: from which one on. A worker of a build from before there were pages answers all, whatever it is asked. */
export interface SeqRequest {
  readonly from: number;
}
export interface SeqPage<T> {
  /** In seq order, as many as fit into one answer of Temporal. */
  readonly items: readonly T[];
  /** The seq of the first that is not on the page; null when it has the last one. */
  readonly next: number | null;
}
export interface EventsRequest {
  readonly sinceSeq: number;
  readonly pageSize: number;
}

/** So begins what a worker logs when a workflow task begins anew from the history, or when a query is turned away to be asked again. */
export const NOTHING_IS_WRONG = 'Nothing is wrong: ';

/**
 * So begins what a query fails with that came ahead of a workflow task, and what that task may fail with once: nothing is wrong, and the
 * next try has all of it (docs/decisions/0129-news-ahead-of-its-task.md).
 */
export const ONLY_A_PART = `${NOTHING_IS_WRONG}a part of what a workflow task brings came by itself`;

/** The type of the ApplicationFailure with which an update is refused before it is recorded. */
export const REFUSED = 'refused';
/** The same, when what was sent is nothing that the engine could judge; the message says why. */
export const MALFORMED = 'malformed';

export interface ReviewerDecision {
  readonly stepId: string;
  readonly reviewerId: string;
  readonly decision: Decision;
  readonly reason?: string | null;
}
export interface ResponseResolution {
  readonly stepId: string;
  readonly responseId: string;
  readonly resolution: Resolution;
  readonly actorId: string;
  readonly reason?: string | null;
}
export interface StepOverride {
  readonly stepId: string;
  readonly action: OverrideAction;
  readonly actorId: string;
  readonly output?: JsonObject | null;
  readonly reason?: string | null;
}
export interface StepCancellation {
  readonly stepId: string;
  readonly actorId: string;
  readonly reason?: string | null;
}
/** Passes an undecided reviewer's part to another person. */
export interface ReviewerReassignment {
  readonly stepId: string;
  readonly fromReviewerId: string;
  readonly toReviewerId: string;
  readonly actorId: string;
  readonly reason?: string | null;
}
/** What the receiver of an async webhook says (contract 4 section 2); whether it may is checked before. */
export interface WebhookCallback {
  readonly stepId: string;
  readonly status: 'completed' | 'failed';
  readonly output?: JsonObject | null;
  readonly error?: string | null;
}
export interface CancelRequest {
  readonly reason?: string | null;
}

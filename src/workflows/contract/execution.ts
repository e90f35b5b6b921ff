// The execution workflow: its arguments and memo, and what its callers say to it.
import type { PinnedDefinition } from '../../definition/definition';
import type { JsonObject } from '../../definition/json';
import type { SendReminder } from '../../engine/effect';
import type { CallerReply, CancelReply } from '../../engine/reply';
import type { Decision, ExecutionFacts, ExecutionStatus, OverrideAction, Resolution } from '../../engine/run';
import type { PackedRun } from '../../engine/stored';
import type { ExecutionView } from '../../engine/view';

/** Where an execution's events are sent; the secret is sealed before it enters Temporal (contract 3 section 3). */
export interface Receiver {
  readonly url: string;
  readonly sealedSecret: string;
  /** What the secret is bound to: the execution that was dispatched with it, or the definition whose webhookConfig it is. */
  readonly sealedFor: 'execution' | 'definition';
  /** Null: every external event. */
  readonly eventTypes: readonly string[] | null;
}

/**
 * In what executions differ by the release that dispatched them; an earlier one replays as it was. Whatever a context says to
 * be `true` is such a rule, and a worker leaves an execution alone that has one which it does not know.
 */
export interface ReplayRules {
  /**
   * Events go out after all else that a workflow task asks for. Absent from executions that were dispatched before this was
   * so: they replay in the order of their time (docs/decisions/0092-deliveries-come-last.md).
   */
  readonly deliversLast?: true;
  /** Each batch of deliveries takes the number of a timer; absent from earlier executions (decision 0100). */
  readonly numbersBatches?: true;
  /** Updates are worked off after all else that a workflow task brings; absent from earlier executions (decision 0101). */
  readonly takesUpdatesLast?: true;
  /** What a workflow task brings is worked off one after the other; absent from earlier executions (decision 0105). */
  readonly takesNewsInTurn?: true;
  /** No workflow task asks for more than fits into its answer; absent from earlier executions (decision 0106). */
  readonly keepsTasksSmall?: true;
  /** Each deadline is waited for by a timer, also one that has passed; absent from earlier executions (decision 0110). */
  readonly wakesByTimer?: true;
  /** Signals are worked off after what else a task brings, updates aside; absent from earlier executions (decision 0110). */
  readonly takesSignalsLate?: true;
  /**
   * What comes while it waits to continue as new is neither lost nor done twice; absent from earlier executions
   * (decision 0113).
   */
  readonly renewsWhole?: true;
  /**
   * A run begins its work before it takes what came with its first task, and asks for something in that task when it continues
   * another one; absent from earlier executions (decision 0116).
   */
  readonly beginsFirst?: true;
  /**
   * Before it waits for a new run, all that was brought has its consequences: refused updates, of which a replay knows nothing, do
   * not change when that is. Absent from earlier executions (decision 0117).
   */
  readonly renewsAlike?: true;
  /** What callers send is measured in characters, not in UTF-16 code units; absent from earlier executions (decision 0115). */
  readonly countsCharacters?: true;
  /** That its worker is shut down is no failure of what it worked on; absent from earlier executions (decision 0003). */
  readonly outlivesShutdowns?: true;
}

/** What an execution that is dispatched now says. */
export const REPLAY_RULES: Required<ReplayRules & Pick<ExecutionFacts, 'shortensReasons' | 'keepsOwnWords'>> = {
  deliversLast: true,
  numbersBatches: true,
  takesUpdatesLast: true,
  takesNewsInTurn: true,
  keepsTasksSmall: true,
  wakesByTimer: true,
  takesSignalsLate: true,
  outlivesShutdowns: true,
  renewsWhole: true,
  beginsFirst: true,
  renewsAlike: true,
  shortensReasons: true,
  keepsOwnWords: true,
  countsCharacters: true,
};

/**
 * So begins the error with which a worker leaves a workflow alone whose rules it does not know, an execution or its deliveries;
 * earlier releases say it alike. A query is answered with it, too.
 */
export const UNKNOWN_RULES = 'this worker knows';

/** The rules by which a later release dispatched it. */
export const unknownRules = (context: ExecutionContext): readonly string[] =>
  Object.entries(context).flatMap(([name, value]) =>
    value === true && !Object.hasOwn(REPLAY_RULES, name) ? [name] : [],
  );

/** The second argument of the execution workflow. */
export interface ExecutionContext extends ExecutionFacts, ReplayRules {
  readonly organizationId: string | null;
  readonly documentId: string | null;
  readonly folderId: string | null;
  readonly receiver: Receiver | null;
  readonly webhookTokens: SealedTokens;
  /** Agents of this definition that were registered as quick at dispatch: they may run as local activities. */
  readonly quickAgents: readonly string[];
  /** Agents of this definition that other workers run, as registered at dispatch (contract 2 section 10). */
  readonly taskQueueAgents: readonly TaskQueueAgent[];
  /** What a dialect's caller said beside; absent when the approval API started it. */
  readonly dialect?: DialectStart;
}

/** What the callers of a dialect read back of their start (contract 5). */
export interface DialectStart {
  readonly name: 'conductor' | 'flowker';
  /** The caller's own, of which the key of the execution was made. */
  readonly idempotencyKey: string | null;
  /** Conductor's, 0..99. */
  readonly priority: number;
}

/** By the id of a webhook node of authMode token: what its receiver wants, sealed before it enters Temporal. */
export type SealedTokens = Readonly<Record<string, string>>;

/** An agent that is an activity of this name on another Temporal task queue. */
export interface TaskQueueAgent {
  readonly agentId: string;
  readonly taskQueue: string;
  readonly activity: string;
}

/** The third argument of the execution workflow: what a run hands to the one that continues it as new. */
export interface CarriedExecution {
  readonly run: PackedRun;
  readonly deliveries: CarriedDeliveries;
  /** What the PendingReviewers search attribute says. */
  readonly pendingReviewers: readonly string[];
  /** Whose mail is still to be sent; absent unless the context says `renewsWhole`. */
  readonly reminders?: readonly SendReminder[];
}

/** What is known of first attempts, compact: it travels through continue-as-new. */
export interface CarriedDeliveries {
  /** The last event that an activity was given; those behind it are still to be sent. */
  readonly lastSeq: number;
  /** Seq and time of what arrived at the first attempt. */
  readonly delivered: readonly (readonly [seq: number, at: number])[];
}

/**
 * With what an execution's workflow closes: its result, or the one detail of its failure. `view` is the execution as it ended,
 * so that a read of it needs no worker; a long one is left out. One of another `format` than this build's is not looked at.
 */
export interface Ending {
  readonly status: ExecutionStatus;
  readonly format?: number;
  readonly view?: ExecutionView;
}
/** To be raised whenever ExecutionView changes: what ended before is replayed for its view then. */
export const VIEW_FORMAT = 1;

/** What `describe` of an execution shows without a worker; under 2 KiB. */
export interface ExecutionMemo {
  readonly definitionId: string;
  readonly definitionVersion: number;
  readonly correlationId: string;
  readonly idempotencyKey: string;
  /** Epoch milliseconds; set when the execution has continued as new, while Temporal's own start time is the run's. */
  readonly startedAt?: number;
  /** Epoch milliseconds: what a dialect's caller was told at the start, and is told again. */
  readonly dispatchedAt?: number;
}

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
  /** no argument; result: FirstDeliveries. */
  deliveries: 'deliveries',
  /** argument: seq[]; result: ExecutionEvent[], those of them that are external. */
  eventsBySeq: 'eventsBySeq',
  /** of `webhookDelivery`; no argument; result: DeliveryRecord[], of all events that it was ever given. */
  deliveryRecords: 'deliveryRecords',
  /** argument: InboxQuestion; result: InboxSlice, what waits for this person now. */
  inbox: 'inbox',
} as const;

export interface ViewRequest {
  /** The position of the first step to show. */
  readonly from: number;
}
export interface EventsRequest {
  readonly sinceSeq: number;
  readonly pageSize: number;
}

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
export type { CallerReply, CancelReply };

export type ExecutionArgs = [definition: PinnedDefinition, context: ExecutionContext, carried?: CarriedExecution];

// What the API, the worker and the workflows agree on: ids, names, types of messages, search attributes.
// The only place where workflow ids and execution ids are made and taken apart.
import type { PinnedDefinition, WebhookConfig } from '../definition/definition';
import type { DefinitionHead, HeadChange, HeadReply, PastVersion } from '../definition/head';
import type { JsonObject } from '../definition/json';
import type { AgentRequest, NotificationRequest, WebhookRequest } from '../engine/effect';
import type { ExecutionEvent } from '../engine/event';
import type { WebhookResponse } from '../engine/input';
import type { CallerReply, CancelReply } from '../engine/reply';
import type { Decision, ExecutionFacts, OverrideAction, Resolution } from '../engine/run';
import type { PackedRun } from '../engine/stored';

// ---- ids -------------------------------------------------------------------------------------------------------

/**
 * `execution/<workspace>/<key>`: dispatch is idempotent because Temporal starts a workflow id once. Of a dialect's key only
 * what its starts share counts, so that they meet in one workflow id and Temporal itself is their lock (contract 5).
 */
export const executionWorkflowId = (workspace: string, key: string): string =>
  `execution/${workspace}/${isDialectKey(key) ? key.slice(0, SHARED_LENGTH).padEnd(key.length, '0') : key}`;

/** Executions that Conductor's and Flowker's clients start have a UUID of version 8 as their key (contract 5). */
export const isDialectKey = (key: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(key);
/** Of the UUID, all but the last ten digits: 82 bits that name the workflow id, 40 that tell its starts apart. */
const SHARED_LENGTH = 26;
/** How many hex digits `dialectKeyOf` takes of either. */
export const DIALECT_KEY_DIGITS = { shared: 21, own: 10 } as const;

/** The key of a dialect's start, from hex digits of what its workflow id is named by, and of what is its own. */
export function dialectKeyOf({ shared, own }: { readonly shared: string; readonly own: string }): string {
  const variant = '89ab'.charAt(Number.parseInt(shared.charAt(15), 16) % 4);
  const groups = [
    shared.slice(0, 8),
    shared.slice(8, 12),
    `8${shared.slice(12, 15)}`,
    `${variant}${shared.slice(16, 19)}`,
    `${shared.slice(19, DIALECT_KEY_DIGITS.shared)}${own.slice(0, DIALECT_KEY_DIGITS.own)}`,
  ];
  return groups.join('-');
}

/** `exec_<key>`: with the workflow id a pure function of it, no look-up table is needed (contract 1, dispatch). */
export const executionIdOf = (key: string): string => `exec_${key}`;
/** The key in an execution id, or null when the id is not well formed. */
export function keyOfExecutionId(executionId: string): string | null {
  return /^exec_([A-Za-z0-9:_\-.]{1,200})$/.exec(executionId)?.[1] ?? null;
}
/** What a dialect calls an execution: its UUID, or the whole execution id when the approval API started it (contract 5). */
export function dialectIdOf(executionId: string): string {
  const key = keyOfExecutionId(executionId);
  return key !== null && isDialectKey(key) ? key : executionId;
}
/** The execution that a dialect's caller means, or null when the id is not well formed. */
export function executionIdOfDialect(id: string): string | null {
  const key = id.toLowerCase();
  if (isDialectKey(key)) return executionIdOf(key);
  return keyOfExecutionId(id) === null ? null : id;
}
/** The same for every attempt of a step: an agent may be called more than once for it (contract 2 section 10). */
export const idempotencyKeyOf = ({ executionId, stepId }: Pick<AgentRequest, 'executionId' | 'stepId'>): string =>
  `${executionId}:${stepId}`;
export const deliveryWorkflowId = (workspace: string, key: string): string => `delivery/${workspace}/${key}`;
export const definitionWorkflowId = (workspace: string, definitionId: string): string =>
  `definition/${workspace}/${definitionId}`;
/** The id of a definition, of its head's workflow id; no part of that contains a slash. */
export const definitionIdOf = (workflowId: string): string => workflowId.split('/')[2] ?? '';
/** What the id of a head's workflow names. */
export function definitionOf(workflowId: string): { readonly workspace: string; readonly definitionId: string } {
  const [, workspace = '', definitionId = ''] = workflowId.split('/');
  return { workspace, definitionId };
}
/** The immutable record of one version. Each attempt to write one has a token: two that race do not meet. */
export const definitionVersionWorkflowId = (
  workspace: string,
  definitionId: string,
  { generation, version, token }: { readonly generation: string; readonly version: number; readonly token: string },
): string => `definition/${workspace}/${definitionId}/${generation}/v${version}.${token}`;

/**
 * The Temporal Schedule of a trigger. Whatever a triggerId holds, it is the last part. SQL stores keep 255 characters of an
 * id, and Temporal puts `temporal-sys-scheduler:` before this one.
 */
export const scheduleId = (workspace: string, definitionId: string, triggerId: string): string =>
  `cron/${workspace}/${definitionId}/${triggerId}`;
/** A firing's workflow; Temporal adds the instant to it, in 21 characters. */
export const scheduledDispatchWorkflowId = (workspace: string, definitionId: string, triggerId: string): string =>
  `firing/${workspace}/${definitionId}/${triggerId}`;
/** The key of an execution that a schedule starts; `digest`: of definition, trigger and instant. */
export const scheduledKeyOf = (digest: string): string => `sched:${digest}`;
/** The key of an execution that an inbound webhook starts; `digest`: of definition, trigger and event (contract 4 section 1). */
export const inboundKeyOf = (digest: string): string => `trig:${digest}`;

// ---- workflow types --------------------------------------------------------------------------------------------

export const WORKFLOW = {
  execution: 'execution',
  definition: 'definition',
  /** What a head that was deleted continues as, so that lists of definitions leave it out. */
  deletedDefinition: 'deletedDefinition',
  definitionVersion: 'definitionVersion',
  webhookDelivery: 'webhookDelivery',
  /** One firing of a schedule. */
  scheduledDispatch: 'scheduledDispatch',
} as const;

export const DEFAULT_TASK_QUEUE = 'countersign';

/** Short enough that a worker's death costs seconds (docs/temporal-notes.md). */
export const WORKFLOW_TASK_TIMEOUT = '5s';

// ---- search attributes (contract 6) ----------------------------------------------------------------------------

export const SEARCH_ATTRIBUTES = {
  Workspace: 'KEYWORD',
  DefinitionId: 'KEYWORD',
  CorrelationId: 'KEYWORD',
  DefinitionVersion: 'INT',
  PendingReviewers: 'KEYWORD_LIST',
} as const;

/** Visibility takes at most this many bytes of reviewers; a longer list is stored as `["*"]`. */
export const PENDING_REVIEWERS_BYTES_MAX = 2_000;
/** In place of a list of reviewers that is too long: everybody's search includes it. */
export const EVERY_REVIEWER = '*';

/**
 * A reviewer's id as PendingReviewers holds it. Letters, digits and what addresses are made of stay, so that an operator
 * can search for them; the rest is written as code points, for SQLite's full-text search chokes on quotes and skips what
 * is no word. Two ids that become the same are told apart by the execution's own state.
 */
export function searchableReviewer(userId: string): string {
  const asCodePoint = (character: string) => `%${character.codePointAt(0)?.toString(16) ?? ''}`;
  if (!/[\p{L}\p{N}]/u.test(userId)) return userId.replace(/./gsu, asCodePoint);
  return userId.replace(/[^\p{L}\p{N} _.:@+'-]/gu, asCodePoint);
}

// ---- the execution workflow ------------------------------------------------------------------------------------

/** Where an execution's events are sent; the secret is sealed before it enters Temporal (contract 3 section 3). */
export interface Receiver {
  readonly url: string;
  readonly sealedSecret: string;
  /** What the secret is bound to: the execution that was dispatched with it, or the definition whose webhookConfig it is. */
  readonly sealedFor: 'execution' | 'definition';
  /** Null: every external event. */
  readonly eventTypes: readonly string[] | null;
}

/** The second argument of the execution workflow. */
export interface ExecutionContext extends ExecutionFacts {
  readonly organizationId: string | null;
  readonly documentId: string | null;
  readonly folderId: string | null;
  readonly receiver: Receiver | null;
  readonly webhookTokens: SealedTokens;
  /** Agents of this definition that were registered as quick at dispatch: they may run as local activities. */
  readonly quickAgents: readonly string[];
  /** Agents of this definition that other workers run, as registered at dispatch (contract 2 section 10). */
  readonly taskQueueAgents: readonly TaskQueueAgent[];
  /**
   * Events go out after all else that a workflow task asks for. Absent from executions that were dispatched before this was
   * so: they replay in the order of their time (docs/decisions/0092-deliveries-come-last.md).
   */
  readonly deliversLast?: true;
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
}

/** What is known of first attempts, compact: it travels through continue-as-new. */
export interface CarriedDeliveries {
  /** The last event that an activity was given; those behind it are still to be sent. */
  readonly lastSeq: number;
  /** Seq and time of what arrived at the first attempt. */
  readonly delivered: readonly (readonly [seq: number, at: number])[];
}

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
  /** to `webhookDelivery`; argument: HandedOverEvent[]. What it was given before it drops. */
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

// ---- definitions -----------------------------------------------------------------------------------------------

/** A register, as the arguments of a head workflow; the head is its memo too, which `describe` shows without a worker. */
export type DefinitionArgs = [head: DefinitionHead, past: readonly PastVersion[], schedules: readonly string[]];
export type { DefinitionHead, HeadChange, HeadReply, PastVersion };

// ---- schedules -------------------------------------------------------------------------------------------------

/** What the schedule of a trigger was made from; the argument of each of its firings. */
export interface ScheduleOrigin {
  readonly workspace: string;
  readonly definitionId: string;
  readonly triggerId: string;
  readonly cron: string;
  readonly timezone: string;
}

export interface ScheduleFiring extends ScheduleOrigin {
  /** The instant that the schedule names, in epoch milliseconds; not the one at which it was noticed. */
  readonly scheduledAt: number;
}

export type FiringOutcome =
  | { readonly kind: 'started' | 'taken'; readonly executionId: string; readonly definitionVersion: number }
  /** The definition was deleted, or its current version has no such schedule. */
  | { readonly kind: 'not-current' };

export interface ScheduleSync {
  readonly workspace: string;
  readonly definitionId: string;
  /** Triggers whose schedules may exist, beside those of the current version. */
  readonly triggerIds: readonly string[];
}

// ---- activities ------------------------------------------------------------------------------------------------

/** What the activity needs to run an agent. */
export interface AgentTask {
  readonly request: AgentRequest;
  /** One attempt may take this long; passing it is final (contract 2 section 2). */
  readonly maxRuntimeMs: number;
  /** Attempts that were already made by other means (a local activity) before this activity. */
  readonly attemptsBefore: number;
}

/** What an agent returned, and when: a time that stands in the history replays as it was (docs/decisions/0061). */
export interface AgentReport {
  readonly result: JsonObject;
  /** By the clock of the worker, in epoch milliseconds. */
  readonly endedAt: number;
}

/** Codes of an agent step's failure; the `type` of the activity's ApplicationFailure. */
export const AGENT_FAILURE_CODES = [
  'agent-not-found',
  'agent-timeout',
  'agent-failed',
  'output-too-large',
  'destination-forbidden',
] as const;
export type AgentFailureCode = (typeof AGENT_FAILURE_CODES)[number];

/** What the activity needs to call the receiver of a webhook node. */
export interface WebhookTask {
  readonly request: WebhookRequest;
  readonly config: WebhookConfig;
  readonly workspace: string;
  /** Its secret signs calls of authMode hmac. */
  readonly receiver: Receiver | null;
  /** Of authMode token: what this node was given at dispatch. */
  readonly sealedToken: string | null;
  /** Attempts that an activity before this one made. */
  readonly attemptsBefore: number;
}

/** Codes of a webhook step's failure; the `type` of the activity's ApplicationFailure. */
export const WEBHOOK_FAILURE_CODES = [
  'webhook-node-failed',
  'webhook-node-timeout',
  'webhook-node-not-configured',
  'destination-forbidden',
] as const;
export type WebhookFailureCode = (typeof WEBHOOK_FAILURE_CODES)[number];

export interface NotificationTask {
  readonly request: NotificationRequest;
}

/** The n-th reminder of a step, as a mail. */
export interface ReminderTask extends NotificationTask {
  readonly n: number;
}

/** Codes of a notification step's failure; the `type` of the activity's ApplicationFailure. */
export const NOTIFICATION_FAILURE_CODES = [
  'notification-failed',
  'notification-not-configured',
  'destination-forbidden',
] as const;
export type NotificationFailureCode = (typeof NOTIFICATION_FAILURE_CODES)[number];

/** What a token of a webhook node is sealed for: it opens for no other node and no other execution. */
export const webhookTokenOwner = (executionId: string, nodeId: string): string => `${executionId}/${nodeId}`;

/** What all deliveries of one execution have in common. */
export interface DeliveryTarget {
  readonly workspace: string;
  readonly executionId: string;
  readonly definitionId: string;
  readonly correlationId: string;
  readonly receiver: Receiver;
}

export interface DeliveryBatch extends DeliveryTarget {
  /** External events only, in seq order. */
  readonly events: readonly ExecutionEvent[];
}

/** Of a batch's first attempts: what arrived and when (epoch milliseconds), and what was handed to the delivery workflow. */
export interface DeliveryReport {
  readonly delivered: readonly (readonly [seq: number, at: number])[];
  readonly handedOver: readonly number[];
}

/** One try to deliver an event; `at` in epoch milliseconds. */
export type AttemptOutcome =
  | { readonly kind: 'delivered'; readonly at: number }
  | {
      readonly kind: 'failed';
      readonly at: number;
      /** For a person; holds no secret. */
      readonly lastError: string;
      /** False when nothing went out, as to a forbidden destination. */
      readonly wasSent: boolean;
      /** How long to wait before the next try, in milliseconds; null when none may follow: a dead letter. */
      readonly retryAfterMs: number | null;
    };
export type FailedAttempt = Extract<AttemptOutcome, { kind: 'failed' }>;

/** An event whose first attempt failed, on its way to the delivery workflow. */
export interface HandedOverEvent {
  readonly event: ExecutionEvent;
  readonly outcome: FailedAttempt;
}

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

/** What became of one event. */
export interface DeliveryRecord {
  readonly seq: number;
  readonly status: DeliveryStatus;
  /** Requests sent since the last (re)delivery began. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly lastAttemptAt: number | null;
}

/** What an execution knows of its deliveries: what became of what it handed over, the delivery workflow knows. */
export interface FirstDeliveries {
  /** Null without a receiver. */
  readonly target: DeliveryTarget | null;
  readonly events: readonly (DeliveryRecord & { readonly type: string })[];
}

export interface DeliveryAttempt extends DeliveryTarget {
  readonly event: ExecutionEvent;
  /** Requests sent before this one: what `x-velt-attempt` says. */
  readonly attempts: number;
  /** Tries before this one, also those of which nothing went out: they make the schedule. */
  readonly tries: number;
}

/** Whether more events may come of an execution, and how long to wait before what the answer is for. */
export interface ExecutionLiveness {
  readonly isOpen: boolean;
  /** Before the next look at an open one; before giving up on further work of a closed one. Milliseconds. */
  readonly waitMs: number;
}

export interface Activities {
  /** Refuses a URL that a user set for an agent and that must not be called: fails with `destination-forbidden`. */
  checkAgentUrl(url: string): Promise<void>;
  /** Runs an agent; fails with an ApplicationFailure of type AgentFailureCode. */
  runAgent(task: AgentTask): Promise<AgentReport>;
  /** Calls a webhook node's receiver once; fails with an ApplicationFailure of type WebhookFailureCode. */
  callWebhook(task: WebhookTask): Promise<WebhookResponse>;
  /** Sends a message once; fails with an ApplicationFailure of type NotificationFailureCode. */
  sendNotification(task: NotificationTask): Promise<JsonObject>;
  /** Sends a reminder once, or nothing where no mail can be sent; fails as sendNotification does. */
  sendReminder(task: ReminderTask): Promise<JsonObject>;
  /** Makes the first attempts of a batch, and hands over what failed. */
  deliverEvents(batch: DeliveryBatch): Promise<DeliveryReport>;
  /** One further attempt: never fails, its outcome says what follows. */
  attemptDelivery(attempt: DeliveryAttempt): Promise<AttemptOutcome>;
  /** Asked by a delivery workflow that has nothing left to do; `looks`: how often it has asked since. */
  lookAtExecution(target: {
    readonly workspace: string;
    readonly executionId: string;
    readonly looks: number;
  }): Promise<ExecutionLiveness>;
  /** Asks Temporal to cancel the run of the calling workflow, so that it closes as Canceled. */
  requestCancellation(): Promise<void>;
  /** Makes the schedules in Temporal those of the current version; the triggers that have one now. */
  syncSchedules(sync: ScheduleSync): Promise<readonly string[]>;
  /** Starts an execution of the current version, once per instant. */
  dispatchScheduled(firing: ScheduleFiring): Promise<FiringOutcome>;
}

export type ExecutionArgs = [definition: PinnedDefinition, context: ExecutionContext, carried?: CarriedExecution];

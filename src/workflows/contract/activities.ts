// What the activities are given and what they answer.
import type { WebhookConfig } from '../../definition/definition';
import type { Json, JsonObject } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import type { AgentRequest, NotificationRequest, WebhookRequest } from '../../engine/effect';
import type { WebhookResponse } from '../../engine/input';
import type { FiringOutcome, ScheduleFiring, ScheduleSync } from './definitions';
import type {
  AttemptOutcome,
  DeliveryAttempt,
  DeliveryAttempts,
  DeliveryBatch,
  DeliveryReport,
  ExecutionLiveness,
} from './deliveries';
import type { Receiver } from './execution';

/** What the activity needs to run an agent. */
export interface AgentTask {
  readonly request: AgentRequest;
  /** As its effect says; absent from what a worker of an earlier release asked for, where the input itself tells. */
  readonly isRepeat?: boolean;
  /** One attempt may take this long; passing it is final (contract 2 section 2). */
  readonly maxRuntimeMs: number;
  /** Attempts that were already made by other means (a local activity) before this activity. */
  readonly attemptsBefore: number;
  /** It was to be quick, and its local activity was cut off: what operators are told. */
  readonly outlastedLocally?: true;
}

/** In a loop from its second iteration on, what an agent is told besides its input (contract 2 sections 2 and 7). */
export function previousAttemptsOf({ request, isRepeat = true }: AgentTask): { previousAttempts?: readonly Json[] } {
  const { previousAttempts } = request.input ?? request.triggerContext;
  return isRepeat && Array.isArray(previousAttempts) ? { previousAttempts } : {};
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

/** Of an `agent-failed`: what an agent returns may be nested as deeply as a request (contract 1 section 1). */
export const tooDeepMessage = (agentId: string): string =>
  `Agent "${agentId}" returned JSON that is nested more than ${LIMITS.jsonDepthMax} deep.`;

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
  /** It is to say when it ended, as an agent does; absent where an execution does not read it. */
  readonly tellsTime?: true;
}

/** What an activity came to, with its time where it was to tell it. */
export type Told<T> = T | { readonly result: T; readonly endedAt: number };

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
  /** As that of a webhook. */
  readonly tellsTime?: true;
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

export interface Activities {
  /** Refuses a URL that a user set for an agent and that must not be called: fails with `destination-forbidden`. */
  checkAgentUrl(url: string): Promise<void>;
  /** Runs an agent; fails with an ApplicationFailure of type AgentFailureCode. */
  runAgent(task: AgentTask): Promise<AgentReport>;
  /** Calls a webhook node's receiver once; fails with an ApplicationFailure of type WebhookFailureCode. */
  callWebhook(task: WebhookTask): Promise<Told<WebhookResponse>>;
  /** Sends a message once; fails with an ApplicationFailure of type NotificationFailureCode. */
  sendNotification(task: NotificationTask): Promise<Told<JsonObject>>;
  /** Sends a reminder once, or nothing where no mail can be sent; fails as sendNotification does. */
  sendReminder(task: ReminderTask): Promise<JsonObject>;
  /** Makes the first attempts of a batch, and hands over what failed. */
  deliverEvents(batch: DeliveryBatch): Promise<DeliveryReport>;
  /** One further attempt: never fails, its outcome says what follows. */
  attemptDelivery(attempt: DeliveryAttempt): Promise<AttemptOutcome>;
  /** The same for several events of one execution at once; the outcomes are in the order of `due`. */
  attemptDeliveries(attempts: DeliveryAttempts): Promise<readonly AttemptOutcome[]>;
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

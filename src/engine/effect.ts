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
  /** It begins a further iteration of a loop: its input's `previousAttempts` are the engine's (contract 2 section 7). */
  readonly isRepeat: boolean;
  /** The size of the request as JSON. */
  readonly requestBytes: number;
}

/** What a webhook node's receiver is told (contract 4 section 2). `input: null`: the same as `triggerContext`. */
export interface WebhookRequest {
  readonly executionId: string;
  readonly definitionId: string;
  readonly correlationId: string;
  readonly stepId: string;
  readonly nodeId: string;
  readonly input: JsonObject | null;
  readonly triggerContext: JsonObject;
}

export interface CallWebhook {
  readonly kind: 'call-webhook';
  readonly nodeId: string;
  readonly request: WebhookRequest;
  /** The size of the request as JSON. */
  readonly requestBytes: number;
}

/** A message as it is sent: its templates are worked off. */
export type NotificationMessage =
  | {
      readonly channel: 'email';
      readonly recipients: readonly string[];
      readonly subject: string;
      readonly body: string;
      readonly format: 'text' | 'html';
    }
  | {
      readonly channel: 'slack';
      readonly target: string;
      readonly body: string;
      readonly format: 'text' | 'slack-blocks';
    };

export interface NotificationRequest {
  readonly executionId: string;
  readonly stepId: string;
  readonly message: NotificationMessage;
}

export interface SendNotification {
  readonly kind: 'send-notification';
  readonly nodeId: string;
  readonly request: NotificationRequest;
  /** The size of the request as JSON. */
  readonly requestBytes: number;
}

/** A mail about a human step that waits; nothing follows from whether it arrives. */
export interface SendReminder {
  readonly kind: 'send-reminder';
  readonly nodeId: string;
  /** Which of the step's reminders it is, from 1. */
  readonly n: number;
  readonly request: NotificationRequest;
  /** The size of the request as JSON. */
  readonly requestBytes: number;
}

/** Nobody waits for the work of this step any more. */
export interface CancelWork {
  readonly kind: 'cancel-work';
  readonly stepId: string;
}

/** What runs for a step, until it reports. */
export type Work = RunAgent | CallWebhook | SendNotification;
export type Effect = Work | SendReminder | CancelWork;

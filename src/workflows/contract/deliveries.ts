// What execution, activities and delivery workflow tell each other of events on their way to a receiver (contract 3).
import type { ExecutionEvent } from '../../engine/event';
import type { Receiver } from './execution';

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
  /** Whether something was handed over before, or is likely to be by now: then the delivery workflow is there. */
  readonly followsHandOver?: boolean;
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
      /** When it failed, in epoch milliseconds; outcomes from before its wait began there do not say. */
      readonly failedAt?: number;
      /** For a person; holds no secret. */
      readonly lastError: string;
      /** False when nothing went out, as to a forbidden destination. */
      readonly wasSent: boolean;
      /** The receiver took all the time that it had. */
      readonly hasHung?: true;
      /** How long to wait before the next try, in milliseconds; null when none may follow: a dead letter. */
      readonly retryAfterMs: number | null;
    };
export type FailedAttempt = Extract<AttemptOutcome, { kind: 'failed' }>;

/** An event whose first attempt failed, on its way to the delivery workflow. */
export interface HandedOverEvent {
  readonly event: ExecutionEvent;
  readonly outcome: FailedAttempt;
}

/**
 * How a delivery workflow goes about further attempts; its runs keep the rules that the first of them began with.
 * `false`: each event by itself. `true`: in batches, all of a batch at once. `2`: in batches, each event at its own time. `3`: so,
 * and an event that is made anew after a reset is another one. `4`: so, and where an operator has ended an
 * activity, a list of another length than the batch ends no event, and a look that failed does not end the workflow.
 */
export type AttemptRules = boolean | 2 | 3 | 4;
export const ATTEMPT_RULES: AttemptRules = 4;

export type DeliveryStatus = 'pending' | 'delivered' | 'dead';

/** What became of one event. */
export interface DeliveryRecord {
  readonly seq: number;
  readonly status: DeliveryStatus;
  /** Requests sent since the last (re)delivery began. */
  readonly attempts: number;
  readonly lastError: string | null;
  readonly lastAttemptAt: number | null;
  /** When the event was made, in epoch milliseconds; records from before this was so do not say. */
  readonly eventAt?: number;
}

/** What an execution knows of its deliveries: what became of what it handed over, the delivery workflow knows. */
export interface FirstDeliveries {
  /** Null without a receiver. */
  readonly target: DeliveryTarget | null;
  readonly events: readonly (DeliveryRecord & { readonly type: string })[];
}

/** As many of the events as fit into one answer of Temporal; `next` as in SeqPage. */
export interface FirstDeliveriesPage extends FirstDeliveries {
  readonly next: number | null;
}

/** One event's next attempt. */
export interface DeliveryTry {
  readonly event: ExecutionEvent;
  /** Requests sent before this one: what `x-velt-attempt` says. */
  readonly attempts: number;
  /** Tries before this one, also those of which nothing went out: they make the schedule. */
  readonly tries: number;
  /** It starts so many milliseconds after its batch; 0 when it is not said. */
  readonly delayMs?: number;
}

export interface DeliveryAttempt extends DeliveryTarget, DeliveryTry {}

export interface DeliveryAttempts extends DeliveryTarget {
  /** In seq order, each event once. */
  readonly due: readonly DeliveryTry[];
}

/** Whether more events may come of an execution, and how long to wait before what the answer is for. */
export interface ExecutionLiveness {
  readonly isOpen: boolean;
  /** Before the next look at an open one; before giving up on further work of a closed one. Milliseconds. */
  readonly waitMs: number;
}

// The execution workflow: its arguments, its memo, and with what it closes.
import type { PinnedDefinition } from '../../definition/definition';
import type { SendReminder } from '../../engine/effect';
import type { ExecutionFacts, ExecutionStatus } from '../../engine/run';
import type { PackedRun } from '../../engine/stored';
import type { ExecutionView } from '../../engine/view';
import type { ReplayRules } from './replay-rules';

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

export type ExecutionArgs = [definition: PinnedDefinition, context: ExecutionContext, carried?: CarriedExecution];

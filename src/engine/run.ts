// The engine's state value of one execution: plain JSON, changed only by `advance`.
import type { PinnedDefinition } from '../definition/definition';
import type { Graph } from '../definition/graph';
import type { JsonObject } from '../definition/json';
import type { EventLog } from './event-log';

export type ExecutionStatus = 'pending' | 'running' | 'completed' | 'failed' | 'cancelled';
export type StepStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'completed'
  | 'failed'
  | 'skipped'
  | 'cancelled'
  | 'breached';

export type Decision = 'approve' | 'reject';

export type Resolution = 'resolved' | 'rejected';

/** The ways to end a step over its head (contract 1, steps/resolve). */
export const OVERRIDE_ACTIONS = [
  'force-approve',
  'force-reject',
  'force-complete',
  'force-fail',
  'reviewer-approve',
  'reviewer-reject',
] as const;
export type OverrideAction = (typeof OVERRIDE_ACTIONS)[number];

/** What is fixed at dispatch and never changes while the execution lives. */
export interface ExecutionFacts {
  readonly executionId: string;
  readonly workspace: string;
  readonly correlationId: string;
  readonly idempotencyKey: string;
  readonly triggerContext: JsonObject;
  /** An execution may spawn at most this many steps (contract 2 section 5). */
  readonly stepsMax: number;
  /** Which rules walk this execution: fixed at dispatch, so that old histories replay (docs/architecture.md). */
  readonly rules: number;
  /**
   * Messages and events say the beginning of a rejection's reason; absent from executions that were dispatched before this
   * was so: what they announced is announced again byte for byte.
   */
  readonly shortensReasons?: true;
  /**
   * What callers and predecessors put out is not taken for the engine's own word; absent from executions that were dispatched
   * before this was so (docs/decisions/0118-the-engines-own-words.md).
   */
  readonly keepsOwnWords?: true;
  /**
   * Of a waitAll group with edges of its own it is said what these ask for, not its quorum, which decides nothing there; absent from
   * executions that were dispatched before this was so: what they announced is announced again byte for byte.
   */
  readonly saysWhatEdgesAsk?: true;
  /**
   * A step is not cancelled where that would make the run too large to be kept; absent from executions that were dispatched before this
   * was so: there it was cancelled, and the execution failed (docs/decisions/0130-cancels-of-steps-fit.md).
   */
  readonly refusesFatalCancels?: true;
  /**
   * A mail whose subject would be empty is named as one without a subject template is; absent from executions that were dispatched before
   * this was so (docs/decisions/0136-no-mail-without-a-subject.md).
   */
  readonly namesMails?: true;
  /**
   * What the conditions of all edges may cost together is bounded; absent from executions that were dispatched before this was so
   * (docs/decisions/0140-conditions-of-an-execution.md).
   */
  readonly boundsConditions?: true;
  /**
   * A group is judged after the edges of all that ended together, and after groups that lead to it; absent from executions that were
   * dispatched before this was so: there what it should have waited for came too late (docs/decisions/0139-edges-before-verdicts.md).
   */
  readonly judgesLast?: true;
}

/** What a run is walked with: the compiled graph, its definition, and the facts of the execution. */
export interface Plan {
  readonly graph: Graph;
  readonly definition: PinnedDefinition;
  readonly facts: ExecutionFacts;
}

/**
 * What started a step; its input is read through this reference, never copied (contract 2 section 5). Numbers are
 * positions in `Run.steps`. `loop`: the entry of iteration n >= 2, its predecessor the step or the group that rejected.
 */
export type StepCause =
  | { readonly kind: 'root' }
  | { readonly kind: 'edge'; readonly parent: number }
  | GroupCause
  | { readonly kind: 'loop'; readonly loopId: string; readonly from: number | GroupCause };

/** `members`: those that had completed by then, whose outputs are the input. */
export interface GroupCause {
  readonly kind: 'group';
  readonly groupId: string;
  readonly iteration: number;
  readonly members: readonly number[];
}

export interface HumanResponse {
  readonly reviewerId: string;
  readonly decision: Decision;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Someone's word on one response of a blocking agent. */
export interface AgentResolution {
  readonly responseId: string;
  readonly resolution: Resolution;
  readonly actorId: string;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** One reviewer's part, passed on to another; the list of a step is in the order of passing. */
export interface Reassignment {
  readonly fromReviewerId: string;
  readonly toReviewerId: string;
  readonly actorId: string;
  readonly reason: string | null;
}

export interface Override {
  readonly action: OverrideAction;
  readonly actorId: string;
  readonly reason: string | null;
  /** What the caller gave the step as its output, or null. */
  readonly output: JsonObject | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface StepCancel {
  readonly actorId: string;
  readonly reason: string | null;
  /** By steps/cancel, and not by the engine itself (contract 2 section 5). */
  readonly isAdministrative: boolean;
}

export interface StepError {
  readonly code: string;
  readonly message: string;
}

export interface Step {
  readonly stepId: string;
  readonly nodeId: string;
  readonly status: StepStatus;
  readonly cause: StepCause;
  /** 1 outside loops. */
  readonly iteration: number;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  /** When the step breaches its node's `slaMs`, in epoch milliseconds. */
  readonly dueAt: number | null;
  /** The number of the event with which the step ended: who ended first is decided by it. */
  readonly endedSeq: number | null;
  readonly error: StepError | null;
  /** With what it completed; only a completed step decides anything. */
  readonly decision: Decision | null;
  /** An agent's result, `agentId` and `generatedAt` added. What a step puts out is derived (output.ts). */
  readonly output: JsonObject | null;
  readonly responses: readonly HumanResponse[];
  readonly reassignments: readonly Reassignment[];
  /** When its next reminder is due, in epoch milliseconds; null when none is to come. */
  readonly remindAt: number | null;
  /** How many reminders it had. */
  readonly reminded: number;
  readonly resolutions: readonly AgentResolution[];
  readonly override: Override | null;
  readonly cancel: StepCancel | null;
  /** Whether one of its edges fired. */
  readonly fired: boolean;
}

/** One group in one iteration of the loop around it (1 outside loops). */
export interface GroupState {
  /** For each member node that has ended, the step that speaks for it (its first to end), in the order of ending. */
  readonly speakers: readonly number[];
  readonly openSteps: number;
  readonly quorumMet: boolean;
  readonly judged: boolean;
  /** Steps started from the group as a whole, by joining, by an edge of its own, or by its loop. */
  readonly hasSuccessor: boolean;
}

/** One rejection that a loop's edge was taken for. */
export interface LoopAttempt {
  /** The entry step of the iteration that was rejected. */
  readonly entry: number;
  readonly iteration: number;
  readonly rejectedBy: string | null;
  readonly rejectorMandatory: boolean;
  readonly rejectionReason: string | null;
  /** Epoch milliseconds. */
  readonly rejectedAt: number;
}

export interface LoopState {
  /** The newest iteration, from 1. */
  readonly iteration: number;
  readonly attempts: readonly LoopAttempt[];
}

export interface Run {
  /** The base-36 characters in the ids of the root steps. */
  readonly nonce: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  readonly failureReason: StepError | null;
  /** In creation order; causes refer to positions in it. */
  readonly steps: readonly Step[];
  /** By `groupKey`. */
  readonly groups: Readonly<Record<string, GroupState>>;
  /** By loopId. */
  readonly loops: Readonly<Record<string, LoopState>>;
  readonly openSteps: number;
  /** The step whose deadline or reminder is due next, by its position; null when nothing is due. */
  readonly nextDue: number | null;
  /** The number of the last event. */
  readonly seq: number;
  /** What the conditions of edges have cost, in units of about 25 nanoseconds; 0 where that has no bound. */
  readonly conditionWork: number;
  readonly log: EventLog;
  /** About how many bytes the run takes when stored. */
  readonly bytes: number;
}

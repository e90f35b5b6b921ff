// The engine's state value of one execution: plain JSON, changed only by `advance`.
import type { PinnedDefinition } from '../definition/definition';
import type { Graph } from '../definition/graph';
import type { JsonObject } from '../definition/json';
import type { ExecutionEvent } from './event';

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

/** What is fixed at dispatch and never changes while the execution lives. */
export interface ExecutionFacts {
  readonly executionId: string;
  readonly workspace: string;
  readonly correlationId: string;
  readonly idempotencyKey: string;
  readonly triggerContext: JsonObject;
  /** An execution may spawn at most this many steps (contract 2 section 5). */
  readonly stepsMax: number;
}

/** What a run is walked with: the compiled graph, its definition, and the facts of the execution. */
export interface Plan {
  readonly graph: Graph;
  readonly definition: PinnedDefinition;
  readonly facts: ExecutionFacts;
}

/** What started a step; its input is read through this reference, never copied (contract 2 section 5). */
export type StepCause =
  | { readonly kind: 'root' }
  | { readonly kind: 'edge'; readonly parent: number }
  | { readonly kind: 'group'; readonly groupId: string; readonly members: readonly number[] };

export interface HumanResponse {
  readonly reviewerId: string;
  readonly decision: Decision;
  readonly reason: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
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
  /** An agent's result, `agentId` and `generatedAt` added. A human step's output is derived from `responses`. */
  readonly output: JsonObject | null;
  readonly responses: readonly HumanResponse[];
  /** Whether one of its edges fired. */
  readonly fired: boolean;
}

export interface GroupState {
  readonly quorumMet: boolean;
  readonly judged: boolean;
}

export interface Run {
  /** Which rules walk this run: fixed at dispatch, so that old histories replay (docs/architecture.md). */
  readonly rules: 1;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  readonly failureReason: StepError | null;
  /** In creation order; causes refer to positions in it. */
  readonly steps: readonly Step[];
  readonly groups: Readonly<Record<string, GroupState>>;
  /** The number of the last event. */
  readonly seq: number;
  readonly log: readonly ExecutionEvent[];
  /** About how many bytes the run takes when stored. */
  readonly bytes: number;
}

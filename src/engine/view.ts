// What the outside sees of a run: the ExecutionView and StepViews of contract 1.
import type { NodeType } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import type { ExecutionStatus, StepError, StepStatus } from './run';

export interface StepView {
  readonly stepId: string;
  readonly nodeId: string;
  readonly nodeType: NodeType;
  readonly status: StepStatus;
  readonly groupId: string | null;
  readonly startedAt: number | null;
  readonly completedAt: number | null;
  readonly output: JsonObject | null;
  readonly error: StepError | null;
}

export interface ExecutionView {
  readonly executionId: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly completedAt: number | null;
  readonly cancelledAt: number | null;
  readonly definitionId: string;
  readonly definitionVersion: number;
  readonly correlationId: string;
  readonly idempotencyKey: string;
  readonly failureReason: StepError | null;
  readonly steps: readonly StepView[];
}

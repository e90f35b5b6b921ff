// What the outside sees of a run: the ExecutionView and StepViews of contract 1.
import type { NodeType } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import { undecidedReviewers } from './human';
import { nodeOf } from './node';
import { outputOf } from './output';
import type { ExecutionStatus, Plan, Run, Step, StepError, StepStatus } from './run';

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

/** The ExecutionView of a run (contract 1, executions/get); steps in creation order. */
export function viewOf(plan: Plan, run: Run): ExecutionView {
  const { executionId, correlationId, idempotencyKey } = plan.facts;
  return {
    executionId,
    status: run.status,
    startedAt: run.startedAt,
    completedAt: run.completedAt,
    cancelledAt: run.cancelledAt,
    definitionId: plan.definition.definitionId,
    definitionVersion: plan.definition.version,
    correlationId,
    idempotencyKey,
    failureReason: run.failureReason,
    steps: run.steps.map((step) => stepView(plan, step)),
  };
}

/** Everyone some step waits for and who has not decided on it, without doubles: what operators filter by. */
export function pendingReviewers(plan: Plan, run: Run): readonly string[] {
  const pending = new Set<string>();
  for (const step of run.steps) {
    if (step.status !== 'waiting') continue;
    const node = nodeOf(plan, step.nodeId);
    if (node.type === 'human') for (const userId of undecidedReviewers(node, step)) pending.add(userId);
  }
  return [...pending];
}

function stepView(plan: Plan, step: Step): StepView {
  return {
    stepId: step.stepId,
    nodeId: step.nodeId,
    nodeType: nodeOf(plan, step.nodeId).type,
    status: step.status,
    groupId: plan.graph.groupOf.get(step.nodeId)?.groupId ?? null,
    startedAt: step.startedAt,
    completedAt: step.completedAt,
    output: outputOf(plan, step),
    error: step.error,
  };
}

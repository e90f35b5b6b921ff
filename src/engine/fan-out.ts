// Which edges of an ended step fire, and the children they start (contract 2 sections 3 and 5).
import type { CompiledEdge } from '../definition/definition';
import type { Json } from '../definition/json';
import { evaluateWhen } from '../definition/when/evaluate';
import { outputOf } from './output';
import type { Plan, Step, StepStatus } from './run';
import type { NewStep } from './step';
import { childStepId } from './step-id';
import { changeStep, stepAt, type Turn } from './turn';

/** A child that is to be started; `order` is its edge's place in the definition. */
export interface DueChild extends NewStep {
  readonly order: number;
}

/** An edge can fire from these; from a cancelled step none does. */
const FIRING: ReadonlySet<StepStatus> = new Set<StepStatus>(['completed', 'failed', 'breached', 'skipped']);

/** The edges of a step that fire, in the definition's order. */
export function firingEdges(plan: Plan, step: Step): readonly CompiledEdge[] {
  if (!FIRING.has(step.status)) return [];
  const edges = plan.graph.edgesFrom.get(step.nodeId) ?? [];
  const scope = {
    output: outputOf(plan, step),
    step: {
      stepId: step.stepId,
      nodeId: step.nodeId,
      status: step.status,
      startedAt: step.startedAt,
      completedAt: step.completedAt,
      iteration: step.iteration,
    } satisfies Record<string, Json>,
    execution: { input: plan.facts.triggerContext },
  };
  return edges.filter((edge) => edge.when === null || evaluateWhen(edge.when, scope));
}

/** Fires a step's own edges: every one starts its own child. */
export function fanOut(turn: Turn, position: number): readonly DueChild[] {
  const parent = stepAt(turn, position);
  const fired = firingEdges(turn.plan, parent);
  if (fired.length > 0) changeStep(turn, position, { fired: true });
  return fired.map((edge) => ({
    stepId: childStepId(parent, edge.to),
    nodeId: edge.to,
    cause: { kind: 'edge', parent: position },
    order: turn.plan.definition.compiled.forwardEdges.indexOf(edge),
  }));
}

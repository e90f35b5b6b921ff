// Which edges of an ended step fire, and the children they start (contract 2 sections 3 and 5).
import type { Graph, GraphEdge } from '../definition/graph';
import type { Json } from '../definition/json';
import { evaluateWhen, type WhenScope } from '../definition/when/evaluate';
import type { DueChild } from './due-child';
import { takeLoop } from './loop';
import { outputOf } from './output';
import type { Plan, Step, StepStatus } from './run';
import { childStepId } from './step-id';
import { changeStep, stepAt, type Turn } from './turn';

/** An edge can fire from these; from a cancelled step none does. */
const FIRING: ReadonlySet<StepStatus> = new Set<StepStatus>(['completed', 'failed', 'breached', 'skipped']);

/** The edges of a step that fire, in the definition's order. */
export function firingEdges({ plan, conditions }: Turn, step: Step): readonly GraphEdge[] {
  const edges = plan.graph.edgesFrom.get(step.nodeId);
  if (!edges || !FIRING.has(step.status)) return [];
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
    execution: executionOf(plan),
  };
  return edges.filter(({ when, work }) => when === null || evaluateWhen(when, scope, { work, common: conditions }));
}

const executions = new WeakMap<Plan, WhenScope['execution']>();

/** The same for all that an execution's conditions ask: by it is remembered what they found out. */
function executionOf(plan: Plan): WhenScope['execution'] {
  const known = executions.get(plan);
  if (known) return known;
  const { facts } = plan;
  const execution = {
    get input() {
      return facts.triggerContext;
    },
  };
  executions.set(plan, execution);
  return execution;
}

/** Fires a step's own edges: every one starts its own child; a reject takes the loop's edge too. */
export function fanOut(turn: Turn, position: number): readonly DueChild[] {
  const { plan } = turn;
  const parent = stepAt(turn, position);
  const due = firingEdges(turn, parent).map(
    (edge): DueChild => ({
      stepId: childStepId(parent, edge.to),
      nodeId: edge.to,
      iteration: iterationOf(plan.graph, parent, edge.to),
      cause: { kind: 'edge', parent: position },
      order: edge.order,
    }),
  );
  const loop = parent.decision === 'reject' ? plan.graph.loopFromNode.get(parent.nodeId) : undefined;
  if (loop) due.push(...takeLoop(turn, loop, { rejecting: position, from: position }));
  if (due.length > 0) changeStep(turn, position, { fired: true });
  return due;
}

/** A child in the body of its parent's loop belongs to the same iteration; outside loops it is 1. */
export function iterationOf(graph: Graph, parent: Pick<Step, 'nodeId' | 'iteration'>, childNodeId: string): number {
  const loop = graph.loopAround.get(childNodeId);
  return loop !== undefined && graph.loopAround.get(parent.nodeId) === loop ? parent.iteration : 1;
}

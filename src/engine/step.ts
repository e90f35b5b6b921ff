// How a step opens and ends; what it does in between belongs to its node's type (start.ts, agent.ts, human.ts).
import type { DefinitionNode } from '../definition/definition';
import type { JsonObject } from '../definition/json';
import type { Plan, StepCause, StepError } from './run';
import { appendStep, changeStep, emit, isOpen, stepAt, type Turn } from './turn';

export interface NewStep {
  readonly stepId: string;
  readonly nodeId: string;
  readonly cause: StepCause;
}

/** Opens and starts a step; at the step limit the execution fails instead (contract 2 section 5). */
export function openStep(turn: Turn, { stepId, nodeId, cause }: NewStep): number | null {
  const { stepsMax } = turn.plan.facts;
  if (turn.steps.length >= stepsMax) {
    turn.failure ??= {
      code: 'step-limit-exceeded',
      message: `Step "${stepId}" would be number ${stepsMax + 1}, and an execution may have at most ${stepsMax} steps.`,
    };
    return null;
  }
  const position = appendStep(turn, {
    stepId,
    nodeId,
    cause,
    status: 'pending',
    iteration: 1,
    startedAt: null,
    completedAt: null,
    dueAt: null,
    endedSeq: null,
    error: null,
    output: null,
    responses: [],
    fired: false,
  });
  emit(turn, 'step.scheduled', stepId, { nodeId });
  return position;
}

/** Ends a step as completed; its edges and groups are evaluated when the turn settles. */
export function completeStep(turn: Turn, position: number, data: JsonObject): void {
  const { stepId } = stepAt(turn, position);
  const endedSeq = emit(turn, 'step.completed', stepId, data);
  changeStep(turn, position, { status: 'completed', completedAt: turn.at, endedSeq });
  turn.ended.push(position);
}

export function failStep(turn: Turn, position: number, error: StepError): void {
  const { stepId } = stepAt(turn, position);
  const endedSeq = emit(turn, 'step.failed', stepId, { error: { code: error.code, message: error.message } });
  changeStep(turn, position, { status: 'failed', completedAt: turn.at, endedSeq, error });
  turn.ended.push(position);
}

export function breachStep(turn: Turn, position: number): void {
  const { stepId, nodeId, status } = stepAt(turn, position);
  const reason = 'sla-exceeded';
  const endedSeq = emit(turn, 'step.breached', stepId, { reason });
  const slaMs = nodeOf(turn.plan, nodeId).slaMs ?? 0;
  const error = { code: reason, message: `The step did not end within its slaMs of ${slaMs} ms.` };
  changeStep(turn, position, { status: 'breached', completedAt: turn.at, endedSeq, error });
  if (status === 'running') turn.effects.push({ kind: 'cancel-agent', stepId });
  turn.ended.push(position);
}

/** Cancels an open step; no edge fires from it. */
export function cancelStep(turn: Turn, position: number, by: { actorId: string; reason: string | null }): void {
  const { stepId, status } = stepAt(turn, position);
  const endedSeq = emit(turn, 'step.cancelled', stepId, { actorId: by.actorId, reason: by.reason });
  changeStep(turn, position, { status: 'cancelled', completedAt: turn.at, endedSeq });
  if (status === 'running') turn.effects.push({ kind: 'cancel-agent', stepId });
  turn.ended.push(position);
}

export function cancelOpenSteps(turn: Turn, by: { actorId: string; reason: string | null }): void {
  for (const [position, step] of turn.steps.entries()) {
    if (isOpen(step.status)) cancelStep(turn, position, by);
  }
}

export function nodeOf(plan: Plan, nodeId: string): DefinitionNode {
  const node = plan.graph.nodes.get(nodeId);
  if (!node) throw new Error(`the definition has no node ${nodeId}`);
  return node;
}

// What a step puts out and what it was given: read through references, never copied (contract 2 section 5).
import { assertNever, type JsonObject } from '../definition/json';
import { humanOutput } from './human';
import type { Plan, Run, Step } from './run';
import { nodeOf } from './step';

/** What a step has put out so far, or null: an agent's result, or a human step's tally. */
export function outputOf(plan: Plan, step: Step): JsonObject | null {
  const node = nodeOf(plan, step.nodeId);
  switch (node.type) {
    case 'agent':
      return step.output;
    case 'human':
      return step.startedAt === null ? null : humanOutput(node, step);
    default:
      return assertNever(node);
  }
}

/** The decision with which a step completed, or null: only a completed step decides anything. */
export function decisionOf(plan: Plan, step: Step): 'approve' | 'reject' | null {
  if (step.status !== 'completed') return null;
  const decision = outputOf(plan, step)?.decision;
  return decision === 'approve' || decision === 'reject' ? decision : null;
}

/** A step's input: triggerContext for a root, else its parent's output, or the outputs of the group that started it. */
export function inputOf(plan: Plan, run: Pick<Run, 'steps'>, step: Step): JsonObject {
  const { cause } = step;
  switch (cause.kind) {
    case 'root':
      return plan.facts.triggerContext;
    case 'edge':
      return outputOf(plan, stepIn(run, cause.parent)) ?? {};
    case 'group': {
      const members = cause.members.map((position) => stepIn(run, position));
      const groupOutputs = Object.fromEntries(members.map((member) => [member.nodeId, outputOf(plan, member) ?? {}]));
      const totalApproved = members.filter((member) => decisionOf(plan, member) === 'approve').length;
      const { groupId } = cause;
      return { groupOutputs, groupId, quorum: plan.graph.groups.get(groupId)?.quorum ?? null, totalApproved };
    }
    default:
      return assertNever(cause);
  }
}

function stepIn(run: Pick<Run, 'steps'>, position: number): Step {
  const step = run.steps[position];
  if (!step) throw new Error(`no step at position ${position}`);
  return step;
}

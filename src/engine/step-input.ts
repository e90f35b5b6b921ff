// What a step is given: read through the reference to what started it (contract 2 sections 5 and 7).
import { assertNever, type Json, type JsonObject } from '../definition/json';
import { outputOf } from './output';
import type { GroupCause, LoopAttempt, Plan, Run, Step } from './run';

type Seen = Pick<Run, 'steps' | 'loops'>;

/** triggerContext for a root, else its parent's output, or the outputs of the group that started it. */
export function inputOf(plan: Plan, run: Seen, step: Step): JsonObject {
  const { cause } = step;
  switch (cause.kind) {
    case 'root':
      return plan.facts.triggerContext;
    case 'edge':
      return outputOf(plan, stepIn(run, cause.parent)) ?? {};
    case 'group':
      return groupInput(plan, run, cause);
    case 'loop': {
      const { from, loopId } = cause;
      const base = typeof from === 'number' ? outputOf(plan, stepIn(run, from)) : groupInput(plan, run, from);
      const attempts = (run.loops[loopId]?.attempts ?? []).slice(0, step.iteration - 1);
      const previousAttempts = attempts.map((attempt) => attemptView(plan, run, attempt));
      return { ...base, iteration: step.iteration, loopId, previousAttempts };
    }
    default:
      return assertNever(cause);
  }
}

function groupInput(plan: Plan, run: Seen, { groupId, members }: GroupCause): JsonObject {
  const completed = members.map((position) => stepIn(run, position));
  const groupOutputs = Object.fromEntries(completed.map((member) => [member.nodeId, outputOf(plan, member) ?? {}]));
  const totalApproved = completed.filter((member) => member.decision === 'approve').length;
  return { groupOutputs, groupId, quorum: plan.graph.groups.get(groupId)?.quorum ?? null, totalApproved };
}

function attemptView(plan: Plan, run: Seen, attempt: LoopAttempt): JsonObject {
  const { entry, iteration, rejectedBy, rejectorMandatory, rejectionReason, rejectedAt } = attempt;
  const authorOutput: Json = outputOf(plan, stepIn(run, entry));
  return { iteration, authorOutput, rejectedBy, rejectorMandatory, rejectionReason, rejectedAt };
}

function stepIn(run: Seen, position: number): Step {
  const step = run.steps[position];
  if (!step) throw new Error(`no step at position ${position}`);
  return step;
}

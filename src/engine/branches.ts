// Where the branches of an execution ended, and whether all of them ended in an administrative cancel (contract 2 section 5).
import { stateOf } from './group-state';
import type { GroupCause, Step } from './run';
import type { Turn } from './turn';

/** True when no branch ended otherwise than by steps/cancel. A branch ends at a step from which no step started. */
export function branchesAllCancelled(turn: Turn): boolean {
  const wentOn = parents(turn.steps);
  return turn.steps.every(
    (step, position) => step.cancel?.isAdministrative === true || wentOn.has(position) || hasGroupGoneOn(turn, step),
  );
}

function parents(steps: readonly Step[]): ReadonlySet<number> {
  const found = new Set<number>();
  const add = (from: number | GroupCause): void => {
    if (typeof from === 'number') found.add(from);
  };
  for (const { cause } of steps) {
    if (cause.kind === 'edge') add(cause.parent);
    if (cause.kind === 'loop') add(cause.from);
  }
  return found;
}

/** A group goes on as a whole: what it started follows each of its members. */
function hasGroupGoneOn(turn: Turn, { nodeId, iteration }: Step): boolean {
  const group = turn.plan.graph.groupOf.get(nodeId);
  return group !== undefined && stateOf(turn, group, iteration).hasSuccessor;
}

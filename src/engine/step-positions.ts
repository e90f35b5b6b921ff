// Where a step stands in a run, by its id: the only place where ids are looked up.
import type { Step } from './run';

/**
 * An index beside each list of steps, so that an input costs the same in an execution of 1,000 steps as in one of ten. It
 * says nothing that the list does not, so a run stays plain JSON and `advance` a function. Ids are unique and positions never
 * change, so an index follows its list from turn to turn, and goes on where it was left; a run that is taken up a second time
 * gets a new one.
 */
const indexes = new WeakMap<readonly Step[], Map<string, number>>();

/** The position of a step, or -1. */
export function positionOf(steps: readonly Step[], stepId: string): number {
  return indexOf(steps).get(stepId) ?? -1;
}

export function findStep(steps: readonly Step[], stepId: string): Step | undefined {
  return steps[positionOf(steps, stepId)];
}

/** A copy to go on with; the index goes with it. */
export function copySteps(steps: readonly Step[]): Step[] {
  const copy = steps.slice();
  const index = indexes.get(steps);
  if (index) {
    indexes.delete(steps);
    indexes.set(copy, index);
  }
  return copy;
}

function indexOf(steps: readonly Step[]): ReadonlyMap<string, number> {
  const index = indexes.get(steps) ?? new Map<string, number>();
  if (index.size === 0) indexes.set(steps, index);
  for (let position = index.size; position < steps.length; position++) {
    const step = steps[position];
    if (step) index.set(step.stepId, position);
  }
  return index;
}

// What an execution came to, as the dialects show it in one object: the output of the step that ended last.
import type { JsonObject } from '../../definition/json';
import type { ExecutionView } from '../../engine/view';

/** Null unless it completed. Of steps that ended in the same millisecond, the one that was created last. */
export function finalOutputOf({ status, steps }: ExecutionView): JsonObject | null {
  if (status !== 'completed') return null;
  const completed = steps.filter((step) => step.status === 'completed' && step.completedAt !== null);
  const [last, ...others] = completed.reverse();
  if (!last) return null;
  return others.reduce((latest, step) => ((step.completedAt ?? 0) > (latest.completedAt ?? 0) ? step : latest), last)
    .output;
}

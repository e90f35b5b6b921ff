// Has an activity say when it ended, where its task asks for it: a time that stands in the history replays as it was
// (docs/decisions/0147-times-after-a-replay.md). Agents say it always.
import { ApplicationFailure } from '@temporalio/common';
import type { Told } from '../workflows/contract/activities';

/** With its result, or as the first detail of its failure, as agents do. */
export function tellingTime<Task extends { readonly tellsTime?: true }, R>(run: (task: Task) => Promise<R>) {
  return async (task: Task): Promise<Told<R>> => {
    if (!task.tellsTime) return run(task);
    try {
      return { result: await run(task), endedAt: Date.now() };
    } catch (error) {
      if (error instanceof ApplicationFailure) Object.assign(error, { details: [Date.now()] });
      throw error;
    }
  };
}

// Puts off what would tell an activity to stop in the workflow task that asked for it, because a local activity ended within that task
// (docs/decisions/0129-news-ahead-of-its-task.md).
import type { Command, Jobs } from './activation';

export interface Cancels {
  /** Of each activity that is under way, by its number, the task that asked for it. */
  readonly askedInTask: Map<unknown, number>;
  /** Those of them that an end of a local activity tells to stop. */
  readonly stopped: Set<unknown>;
  /** Requests to cancel that wait for a later task. */
  putOff: readonly Command[];
}

export const noCancels = (): Cancels => ({ askedInTask: new Map(), stopped: new Set(), putOff: [] });

export function noteEnds({ askedInTask, stopped }: Cancels, jobs: Jobs): void {
  for (const { resolveActivity } of jobs) {
    askedInTask.delete(resolveActivity?.seq);
    stopped.delete(resolveActivity?.seq);
  }
}

/**
 * What is asked for, but not that what the task of this number has asked for is cancelled because a local activity ended: of a task that a
 * query has cut the history has the former, and on replay nothing would be left of it. That waits for a later task; a workflow that
 * closes has no need of it.
 */
export function withoutEarlyCancels(cancels: Cancels, task: number, commands: readonly Command[]): Command[] {
  const { askedInTask, stopped, putOff } = cancels;
  // Ends that come one after the other come together on replay: one may take back what another one has asked for.
  for (const { scheduleActivity } of commands) if (scheduleActivity) askedInTask.set(scheduleActivity.seq, task);
  const taskOf = ({ requestCancelActivity: asked }: Command) => (asked ? askedInTask.get(asked.seq) : undefined);
  const isEarly = (command: Command) => taskOf(command) === task && stopped.has(command.requestCancelActivity?.seq);
  const early = commands.filter(isEarly);
  const underWay = putOff.filter((command) => taskOf(command) !== undefined);
  const due = underWay.filter((command) => taskOf(command) !== task);
  cancels.putOff = [...underWay.filter((command) => !due.includes(command)), ...early];
  return [...due, ...commands.filter((command) => !early.includes(command))];
}

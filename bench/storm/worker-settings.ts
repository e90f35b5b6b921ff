// How a worker of the storm is set up: at random, small, so that executions are forgotten and replayed all the time.
import type { Random } from '../random';

export interface WorkerSettings {
  readonly cachedWorkflowsMax: number;
  /** After so long a workflow task goes to another worker. */
  readonly stickyMs: number;
  /** Workflow tasks at a time; null: as in production. */
  readonly tasksMax: number | null;
  /** Quick agents at a time; null: as in production. */
  readonly localsMax: number | null;
  /** How long activities may go on when it is stopped. */
  readonly graceMs: number;
}

/** A worker without a cache must be told how many tasks it may take. */
const TASKS_WITHOUT_CACHE = 10;

export function randomSettings(random: Random): WorkerSettings {
  const cachedWorkflowsMax = random.pick([0, 2, 3, 5, 20, 200]);
  const tasksMax = random.pick([null, null, 2, 4, 10]);
  return {
    cachedWorkflowsMax,
    stickyMs: random.pick([100, 500, 2_000]),
    tasksMax: cachedWorkflowsMax === 0 ? (tasksMax ?? TASKS_WITHOUT_CACHE) : tasksMax,
    localsMax: random.pick([null, null, 1, 3]),
    graceMs: random.pick([100, 1_000, 5_000]),
  };
}

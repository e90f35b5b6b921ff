// What the parts of the execution workflow share: the run as it stands, and the one way to change it.
import type { Effect } from '../engine/effect';
import type { Input, WorkInput } from '../engine/input';
import type { Reply } from '../engine/reply';
import type { Plan, Run } from '../engine/run';

/**
 * Where an input came from. `timed` and `recorded`: what led to it is in the history already; `timed` with its time (the
 * start, the end of an activity of ours), `recorded` without (a signal, a timer, another worker's activity): that time is
 * the workflow task's, which a replay may put later (docs/decisions/0061-times-that-replay.md). `update` and `local`: it
 * is recorded only with the workflow task that is running, and lost with it.
 */
export type Origin = 'timed' | 'recorded' | 'update' | 'local';

export interface DueEffect {
  readonly effect: Effect;
  readonly origin: Origin;
}

/** How the work of a step ended. */
export interface WorkReport {
  readonly input: WorkInput;
  readonly origin: Exclude<Origin, 'update'>;
}

export interface Shell {
  readonly plan: Plan;
  run(): Run;
  /** Advances the run. What the engine asks for is performed when all that this workflow task carries is applied. */
  apply(input: Input, origin: Origin): Reply;
}

// What the parts of the execution workflow share: the run as it stands, and the one way to change it.
import type { Effect } from '../engine/effect';
import type { Input } from '../engine/input';
import type { Reply } from '../engine/reply';
import type { Plan, Run } from '../engine/run';

/**
 * Where an input came from. `recorded`: what led to it is in the history already (the start, a signal, a timer, the end
 * of an activity). `update` and `local`: it is recorded only with the workflow task that is running, and lost with it.
 */
export type Origin = 'recorded' | 'update' | 'local';

export interface DueEffect {
  readonly effect: Effect;
  readonly origin: Origin;
}

export interface Shell {
  readonly plan: Plan;
  run(): Run;
  /** Advances the run. What the engine asks for is performed when all that this workflow task carries is applied. */
  apply(input: Input, origin: Origin): Reply;
}

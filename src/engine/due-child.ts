// A child that an edge has fired for and that is still to be started.
import type { GraphLoop } from '../definition/graph';
import type { LoopAttempt } from './run';
import type { NewStep } from './step';

export interface DueChild extends NewStep {
  /** The place of its edge in the definition: children start in that order (contract 2 section 5). */
  readonly order: number;
  /** Set on the entry of a loop's next iteration. */
  readonly restarts?: { readonly loop: GraphLoop; readonly attempt: LoopAttempt };
}

// What an answer says of the engine's work, for the metrics: read from the answer, so that no handler has to tell.
import { countOutcome } from '../metrics/engine';

export function countOutcomeOf(result: object): void {
  if ('deduplicated' in result && !('reassigned' in result)) {
    countOutcome(result.deduplicated === true ? 'deduplicated' : 'dispatched');
  }
  if ('recorded' in result) countOutcome(result.recorded === true ? 'word-recorded' : 'word-not-recorded');
  if ('cancelled' in result && result.cancelled === true && !('stepId' in result)) countOutcome('cancelled');
}

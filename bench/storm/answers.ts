// Which answers the API may give in a storm: what is asked wildly may be refused, and whoever asks again may be asked to wait.
import type { Call } from '../journal';

/** These succeed, or are to be asked again. */
const SURE: ReadonlySet<string> = new Set([
  'definitions/create',
  'executions/dispatch',
  'executions/get',
  'executions/getEvents',
  'executions/listDeliveries',
]);
/** With these the API refuses what does not apply, or not any more. */
const REFUSALS: ReadonlySet<string> = new Set(['FAILED_PRECONDITION', 'PERMISSION_DENIED', 'NOT_FOUND']);
const ASK_AGAIN: readonly number[] = [503, 504];

/** Null: it may be answered so. */
export function brokenByAnswer({ operation, http, error, data }: Call): string | null {
  if (http !== null && (http === 200 || ASK_AGAIN.includes(http))) return null;
  if (http !== null && http < 500 && !SURE.has(operation) && REFUSALS.has(error?.status ?? '')) return null;
  const asked = JSON.stringify(data).slice(0, 300);
  return `${operation} was answered ${http ?? 'nothing'} ${error?.status}: ${error?.message} (${asked})`;
}

// Whether an instant of a schedule passed while Temporal was away: then it is not made up (contract 4 section 1).
import type { Client } from '@temporalio/client';
import type { ScheduleFiring } from '../workflows/contract/definitions';

/** What comes within that, in milliseconds, is on time. */
const ON_TIME_MS = 10_000;
/** Of what is older Temporal fires nothing by itself (its catchup window, and time to start the firing): an operator asked for it. */
const OLD_MS = 90_000;

/**
 * Temporal fires late what it noticed late: it was away at that instant, or had many other schedules to fire. Then something else
 * was started or ended there at that time (docs/decisions/0123-late-firings.md). Firings of before this was so do not say when they came.
 */
export async function wasMissed(
  client: Client,
  { scheduledAt, firedAt = scheduledAt }: Pick<ScheduleFiring, 'scheduledAt' | 'firedAt'>,
): Promise<boolean> {
  const lateMs = firedAt - scheduledAt;
  if (lateMs <= ON_TIME_MS || lateMs > OLD_MS) return false;
  const [from, to] = [scheduledAt, scheduledAt + ON_TIME_MS].map((at) => new Date(at).toISOString());
  const { count } = await client.workflow.count(
    `StartTime BETWEEN "${from}" AND "${to}" OR CloseTime BETWEEN "${from}" AND "${to}"`,
  );
  return count === 0;
}

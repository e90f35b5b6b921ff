// How long the rest of what a workflow task brings is waited for, where a query brought a part of it (docs/decisions/0129).
import { workflowInfo } from '@temporalio/workflow';

/** How often only a part of what a run is to be brought has come, at this length of its history; the latest run last. */
const parts = new Map<string, { readonly historyLength: number; readonly times: number }>();
/** More than come together when some ninety read at once. The API asks often enough for several workers to come to it (../temporal/asked-again.ts). */
const PARTS_MAX = 10;
const PARTS_KEPT_MAX = 1_000;

/** What was terminated in Temporal has no further task: of that, a query is answered with what there is. */
export function mayRestCome(historyLength: number): boolean {
  const { runId } = workflowInfo();
  const known = parts.get(runId);
  const times = known?.historyLength === historyLength ? known.times + 1 : 1;
  parts.delete(runId);
  parts.set(runId, { historyLength, times });
  const [oldest] = parts.keys();
  if (parts.size > PARTS_KEPT_MAX && oldest !== undefined) parts.delete(oldest);
  return times <= PARTS_MAX;
}

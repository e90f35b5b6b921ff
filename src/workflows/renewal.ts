// When an execution goes on in a new run of its workflow: long before its history reaches the bounds of Temporal.
import { workflowInfo } from '@temporalio/workflow';
import { isRenewalSuggested } from './news-in-turn';

/**
 * Temporal suggests it: the history is long or large, or nearly all updates that one run takes have been accepted. In executions
 * from before `renewsAlike` also when it does so with what leaves nothing in the history.
 */
export const isRenewalDue = (renewsAlike: boolean): boolean =>
  renewsAlike ? isRenewalSuggested() : workflowInfo().continueAsNewSuggested;

/** Temporal ends a workflow at 51,200 events or 50 MiB, and takes 2,000 updates for each run. */
const EVENTS_MAX = 20_000;
const HISTORY_BYTES_MAX = 20 * 1024 * 1024;
const UPDATES_MAX = 1_900;

/**
 * No quiet moment came by itself, since always some agent worked: no new one is started until those are done. Before that
 * an agent never waits for a renewal.
 */
export function isLong(updatesHandled: number): boolean {
  const { historyLength, historySize } = workflowInfo();
  return historyLength > EVENTS_MAX || historySize > HISTORY_BYTES_MAX || updatesHandled > UPDATES_MAX;
}

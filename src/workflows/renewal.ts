// When an execution goes on in a new run of its workflow: long before its history reaches the bounds of Temporal.
import { allHandlersFinished, workflowInfo } from '@temporalio/workflow';
import { condition } from './condition';
import type { ReplayRules } from './contract/replay-rules';
import type { Outbox } from './effects';
import { allConsequences, areUpdatesWaiting, isNewsWaiting, isRenewalSuggested } from './news-in-turn';

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

/** Moments in which nothing is under way that a new run would lose, or do twice. */
export interface QuietMoments {
  isNow(): boolean;
  /** The same when what came has had its consequences, and all that these lead to has begun. */
  isStill(): Promise<boolean>;
  /** Whether what came in the meantime has led to more: it is begun, and said, before an execution closes or waits for a new run. */
  isMoreToBegin(): boolean;
  /** Resolves in the next one. */
  comes(): Promise<void>;
}

export function quietMoments(
  effects: Pick<Outbox, 'areDue' | 'inFlight'>,
  { renewsWhole, renewsByNews }: Pick<ReplayRules, 'renewsWhole' | 'renewsByNews'>,
): QuietMoments {
  const isMoreToCome = renewsWhole ? isNewsWaiting : areUpdatesWaiting;
  const isNow = () => allHandlersFinished() && !isMoreToCome() && effects.inFlight() === 0;
  const isNowAfterAll = async () => {
    await allConsequences();
    return isNow();
  };
  // A refused update puts the waiting off until all that came before it has been begun and sent, and a replay knows of none.
  const isMoreToBegin = () => renewsByNews === true && effects.areDue();
  return {
    isNow,
    isStill: async () => (await isNowAfterAll()) && !isMoreToBegin(),
    isMoreToBegin,
    async comes() {
      await condition(isNow);
      // A deadline that has passed is noticed a moment after its timer was handed over.
      while (renewsByNews === true && !(await isNowAfterAll())) await condition(isNow);
    },
  };
}

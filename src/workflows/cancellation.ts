// Temporal's cancel request for a run of an execution: an operator's, or the one that closes what was cancelled as Canceled.
import { ActivityFailure, CancellationScope, CancelledFailure, proxyActivities } from '@temporalio/workflow';
import { condition } from './condition';
import type { Activities } from './contract/activities';

const { requestCancellation } = proxyActivities<Pick<Activities, 'requestCancellation'>>({
  startToCloseTimeout: '10s',
  retry: { initialInterval: '500ms', maximumInterval: '10s' },
  summary: 'close as Canceled',
});

export interface Cancellation {
  isRequested: boolean;
  readonly requested: Promise<CancelledFailure>;
}

/** Follows Temporal's cancel request for this run, be it an operator's or that of our own close. */
export function watchCancellation(): Cancellation {
  const scope = CancellationScope.current();
  const cancellation: Cancellation = {
    isRequested: false,
    requested: scope.cancelRequested.catch((error: unknown) => {
      cancellation.isRequested = true;
      return error instanceof CancelledFailure ? error : new CancelledFailure('Workflow cancelled');
    }),
  };
  return cancellation;
}

const ASK_AGAIN_MS = 10_000;
/** What the Temporal UI calls this wait. */
const ASKED_AGAIN = { summary: 'before its close is asked for again' } as const;

/**
 * The SDK closes a workflow as Canceled only after Temporal has a cancel request for it (docs/temporal-notes.md). An operator may make the
 * activity fail that asks for it, or complete it although nothing was requested; unless it `asksAgain`, as earlier executions do not, the
 * workflow closes as Failed then, or stays open.
 */
export async function requestClose(cancellation: Cancellation, asksAgain: boolean): Promise<void> {
  const isRequested = () => cancellation.isRequested;
  while (!isRequested()) {
    try {
      await requestCancellation();
    } catch (error) {
      if (!asksAgain || !(error instanceof ActivityFailure)) throw error;
    }
    if (!asksAgain) return;
    if (!isRequested()) await condition(isRequested, ASK_AGAIN_MS, ASKED_AGAIN);
  }
}

// The SDK's `condition`, which also counts: a look at all conditions at which none came true tells that what was brought has had
// all its consequences, for between two looks nothing else lets a workflow go on.
import { condition as conditionOfSdk } from '@temporalio/workflow';

type Timer = { readonly summary: string };

let cameTrue = 0;

/** Counts conditions that came true, of all workflows of this thread: only one of them runs at a time. */
export const conditionsMet = (): number => cameTrue;

/** Resolves when `isMet` is; with a time-out (milliseconds) to whether it was met in time. */
export function condition(isMet: () => boolean): Promise<void>;
export function condition(isMet: () => boolean, timeoutMs: number, timer: Timer): Promise<boolean>;
export function condition(isMet: () => boolean, timeoutMs?: number, timer?: Timer): Promise<unknown> {
  const counted = () => {
    const is = isMet();
    if (is) cameTrue += 1;
    return is;
  };
  if (timeoutMs === undefined || timer === undefined) return conditionOfSdk(counted);
  return conditionOfSdk(counted, timeoutMs, timer);
}

// Which time it is for what comes while local activities run. A replay hands it over together with the ends of those that ran
// meanwhile, and by their later clock: what sender or worker said of the time stays the same
// (docs/decisions/0147-times-after-a-replay.md).
import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import { type Command, isEndOfLocal, type Jobs } from './activation';
import { SENT_AT } from './contract/names';

export interface NewsClock {
  /** The local activities that were asked for and have not ended, by their numbers. */
  readonly localsUnderWay: Set<unknown>;
  /** Some of them were when what came last came. */
  isLaterOnReplay: boolean;
  /** Of the update that is worked off, when its sender says so: epoch milliseconds. */
  sentAt: number | null;
  /** What came last has changed the workflow, and has no other time than that of its task. */
  isOfTask: boolean;
}

export const newsClock = (): NewsClock => ({
  localsUnderWay: new Set(),
  isLaterOnReplay: false,
  sentAt: null,
  isOfTask: false,
});

export function noteComing(clock: NewsClock, jobs: Jobs): void {
  clock.isOfTask = false;
  clock.isLaterOnReplay = clock.localsUnderWay.size > 0;
  for (const { resolveActivity } of jobs.filter(isEndOfLocal)) clock.localsUnderWay.delete(resolveActivity?.seq);
}

export function noteLocals({ localsUnderWay }: NewsClock, commands: readonly Command[]): void {
  for (const { scheduleLocalActivity } of commands) {
    if (scheduleLocalActivity) localsUnderWay.add(scheduleLocalActivity.seq);
  }
}

/** Has an update worked off, which every client of Temporal may have sent; our handlers are done with it when they return. */
export function asSent<T>(clock: NewsClock, headers: Headers, work: () => T): T {
  clock.sentAt = sentAtOf(headers);
  try {
    return work();
  } finally {
    clock.sentAt = null;
  }
}

function sentAtOf({ [SENT_AT]: payload }: Headers): number | null {
  try {
    const sentAt = payload && defaultPayloadConverter.fromPayload<unknown>(payload);
    return typeof sentAt === 'number' && Number.isFinite(sentAt) ? sentAt : null;
  } catch {
    return null;
  }
}

/** What nobody said the time of happens at that of the last event: nothing happens before (`apply` in execution.ts). */
const AT_THE_LAST_EVENT = 0;

/** A clock that is ahead moves nothing into the future. */
export function timeBy({ isLaterOnReplay }: NewsClock, toldAt: number | null): number {
  const now = Date.now();
  return isLaterOnReplay ? Math.min(toldAt ?? AT_THE_LAST_EVENT, now) : now;
}

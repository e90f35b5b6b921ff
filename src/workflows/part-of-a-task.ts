// What a workflow task brings comes together, but a query may bring a part of it along earlier, and would show what no replay comes
// to. Such a query is turned away, and asked again (docs/decisions/0129-news-ahead-of-its-task.md).
import { workflowInfo } from '@temporalio/workflow';
import {
  type Activation,
  FIRST_TASK_EVENTS,
  isEndOfLocal,
  isNews,
  isQuery,
  isQueryAlone,
  isStart,
  isUpdate,
} from './activation';
import { ONLY_A_PART } from './contract/messages';

export interface Parts {
  /** Tells workflow tasks apart: when the one began that is worked off, in the SDK's words. */
  taskNow: string;
  /** The workflow has begun to wait for a new run, by what came last. */
  hasBegunToWait: boolean;
  /** What a query brought ahead of its workflow task was worked off by itself. */
  isAhead: boolean;
  /** This worker has taken the run up by a replay, and has had no workflow task or query of it before. */
  isTakenUp: boolean;
  /** What came last may have been brought by a query, for which a worker takes a run up as it does for a workflow task. */
  mayBeAhead: boolean;
}

export const noParts = (): Parts => ({
  taskNow: '',
  hasBegunToWait: false,
  isAhead: false,
  isTakenUp: false,
  mayBeAhead: false,
});

const PART = `${ONLY_A_PART}, and only the history tells what comes together. It is taken up from that.`;

/** Throws where a part of what a task brings came by itself; and when the task comes after all, of which a part was shown. */
export function takeNoPart(seen: Parts, activation: Activation): void {
  const isOnlyPart = isPart(seen, activation) || isPerhapsPart(seen, activation);
  // It has all of it from the history: quick agents that the part asked for have ended too early here.
  const comesAfterAPart = !isOnlyPart && seen.isAhead && (activation.jobs ?? []).some(isNews);
  if (comesAfterAPart || (isOnlyPart && mayRestCome(activation.historyLength ?? 0))) throw new Error(PART);
  seen.isAhead ||= isOnlyPart;
}

/**
 * Whether a workflow task has more than what was brought, or than what came before it, and the rest would make a difference on replay. A
 * query that comes to a worker may bring the newer history along, ahead of the task that has it: with the clock of the task before,
 * and without what else its own task will have. And a query that cuts a task has its updates come by themselves, which is the same
 * unless the workflow has begun to wait for a new run.
 */
function isPart(seen: Parts, { jobs, timestamp, isReplaying }: Activation): boolean {
  const news = (jobs ?? []).filter(isNews);
  const taskBefore = seen.taskNow;
  seen.taskNow = `${timestamp?.seconds} ${timestamp?.nanos}`;
  if (news.length === 0) return false;
  const isOfTaskBefore = !isReplaying && Boolean(timestamp) && seen.taskNow === taskBefore;
  const { hasBegunToWait } = seen;
  seen.hasBegunToWait = false;
  return isOfTaskBefore && (hasBegunToWait || !news.every(isUpdate));
}

/**
 * Whether a query shows what it may have brought itself, which its clock does not tell where the task before had none of its own on replay, or
 * failed. A worker that takes a run up by a replay has something new then, and a query right behind it, by itself. If a task had
 * brought that, all of it is replayed the next time.
 */
function isPerhapsPart(seen: Parts, { jobs, isReplaying, historyLength }: Activation): boolean {
  const brought = jobs ?? [];
  if (brought.some(isQuery)) {
    const { mayBeAhead } = seen;
    seen.isTakenUp = seen.mayBeAhead = false;
    return mayBeAhead && brought.some(isQueryAlone);
  }
  if (isReplaying) {
    seen.isTakenUp = true;
    return false;
  }
  const isLateStart = brought.some(isStart) && (historyLength ?? 0) > FIRST_TASK_EVENTS;
  // An update comes with a task only.
  if (isLateStart || brought.some(isNews)) seen.mayBeAhead = (seen.isTakenUp || isLateStart) && !brought.some(isUpdate);
  if (!brought.every(isEndOfLocal)) seen.isTakenUp = false;
  return false;
}

/** How often only a part of what a run is to be brought has come, at this length of its history; the latest run last. */
const parts = new Map<string, { readonly historyLength: number; readonly times: number }>();
/** More than several readers come to in the seconds after which a task is given to another worker (../temporal/asked-again.ts). */
const PARTS_MAX = 40;
const PARTS_KEPT_MAX = 1_000;

/** What was terminated in Temporal has no further task: of that, a query is answered with what there is. */
function mayRestCome(historyLength: number): boolean {
  const { runId } = workflowInfo();
  const known = parts.get(runId);
  const times = known?.historyLength === historyLength ? known.times + 1 : 1;
  parts.delete(runId);
  parts.set(runId, { historyLength, times });
  const [oldest] = parts.keys();
  if (parts.size > PARTS_KEPT_MAX && oldest !== undefined) parts.delete(oldest);
  return times <= PARTS_MAX;
}

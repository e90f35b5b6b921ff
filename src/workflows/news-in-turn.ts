// Has what one activation brings worked off one after the other, updates after all else, and ends of local activities after those. How
// news is spread over activations is not the same each time: a query brings a part of it along earlier, and a replay takes a workflow task
// that asked for nothing together with the next one. An execution must come to the same either way, or it cannot be replayed
// (docs/decisions/0101-updates-come-last.md, 0105-news-in-turn.md, 0122-ends-of-local-agents-come-last.md).
import { CancellationScope, type WorkflowInterceptors, workflowInfo } from '@temporalio/workflow';
import {
  type Activation,
  type Asked,
  beginsTask,
  type Command,
  FIRST_TASK_EVENTS,
  isEndOfLocal,
  isNews,
  isQuery,
  isSignal,
  isUpdate,
  type Jobs,
  leaveAnEvent,
  noteAsked,
  nothing,
  standsInHistory,
  takesBack,
} from './activation';
import { condition, conditionsMet } from './condition';
import { NOTHING_IS_WRONG } from './contract/messages';
import { type Cancels, noCancels, noteEnds, withoutEarlyCancels } from './early-cancels';
import { asSent, type NewsClock, newsClock, noteComing, noteLocals, timeBy } from './news-clock';
import { noParts, type Parts, takeNoPart } from './part-of-a-task';

/**
 * By the first, which executions from before the second have, all else is worked off at once, and then the updates. By the
 * third signals, too, come after what else is brought: a replay hands them over before it, whenever they came. By the fourth ends of
 * local activities come after all else, updates too: what was asked for in an earlier task ends after what this one began with.
 */
type Rule = 'updates-last' | 'in-turn' | 'signals-late' | 'locals-last';

/** What executions say of it, each since its own build. */
interface NewsRules {
  /** More is to come until the last portion is handed over, and not only until it is about to be. */
  isWhole: boolean;
  /** What runs within a workflow task is not told to stop. */
  letsLocalsEnd: boolean;
  /** What came with the run's first task waits where a task before may have been lost. */
  takesCallsOnceBegun: boolean;
  /** An end of what ran within a workflow task tells nothing of a new run. */
  renewsByNews: boolean;
  /** What an end of a local activity takes back of its own task is taken back with later news. */
  cancelsLater: boolean;
  /** What comes while local activities run has the time that was said of it. */
  keepsTimes: boolean;
}

interface News extends NewsRules {
  rule: Rule | null;
  areUpdatesToCome: boolean;
  isMoreToCome: boolean;
  /** Of what came last, ends of local activities are being worked off, which come behind all else. */
  areLocalsHandedOver: boolean;
  /** So much of it waits. */
  waitForBegin: number;
  activations: number;
  /** Counts activations with which a workflow task began: the end of a local activity comes within one, and a query may. */
  tasks: number;
  /** By the last rule: the activation has been looked at for whether it begins a task. */
  isCounted: boolean;
  /** By the last rule: the task that was counted last has left something in the history. A replay takes one that has not together with the next. */
  hasAsked: boolean;
  /** The same count, without what the workflow has cancelled itself: that comes within the same task. */
  ofNews: { tasks: number; isCounted: boolean; hasAsked: boolean };
  isRenewalSuggested: boolean;
  /** What came last was no part of a replay, whose local activities begin anew where the history has no end of them. */
  wasLive: boolean;
  /** Of what came last, in events. */
  historyLength: number;
  /** The local activities whose ends came last, by their numbers. */
  endedLocals: readonly unknown[];
  /** What the task that was worked off last asked for, by its numbers, and the one before that. */
  asked: Asked;
  askedBefore: Asked;
  readonly cancels: Cancels;
  readonly clock: NewsClock;
  /** Ends of local activities came first in their task, and may be recorded with the one before. */
  mayBeRecordedBefore: boolean;
  readonly parts: Parts;
  /** A command that leaves an event in the history, and does nothing else. */
  trace: (() => Command) | null;
  /** Called when all of an activation is worked off. */
  readonly atRest: (() => void)[];
}

/** What an operator reads at the workflow task that begins anew. */
const ORDER_UNKNOWN = `${NOTHING_IS_WRONG}local activities ended while a query, or their time, cut the workflow task in two, and only the history tells what came first. The task begins anew from it.`;

/** Three are known to do, the last of which sees that there is nothing more. */
const LOOKS_MAX = 10;

/** By the id of the run. */
const runs = new Map<string, News>();

function news(): News {
  const { runId } = workflowInfo();
  const known = runs.get(runId);
  if (known) return known;
  const run: News = {
    rule: null,
    isWhole: false,
    letsLocalsEnd: false,
    takesCallsOnceBegun: false,
    renewsByNews: false,
    cancelsLater: false,
    keepsTimes: false,
    areUpdatesToCome: false,
    isMoreToCome: false,
    areLocalsHandedOver: false,
    waitForBegin: 0,
    activations: 0,
    tasks: 0,
    isCounted: false,
    hasAsked: false,
    ofNews: { tasks: 0, isCounted: false, hasAsked: false },
    isRenewalSuggested: false,
    wasLive: false,
    historyLength: 0,
    endedLocals: [],
    asked: nothing(),
    askedBefore: nothing(),
    cancels: noCancels(),
    clock: newsClock(),
    mayBeRecordedBefore: false,
    parts: noParts(),
    trace: null,
    atRest: [],
  };
  runs.set(runId, run);
  return run;
}

/**
 * From the next activation on; to be called when a workflow begins. The SDK looks at all conditions after each of the updates that
 * it is handed together: unless `isWhole`, as in earlier executions, nothing more is to come for those looks. Unless `letsLocalsEnd`,
 * as in earlier ones, what is cancelled while it runs locally is told to stop, and the SDK's core fails the workflow task if it
 * ends just then, again and again where it does so each time (docs/decisions/0141-local-agents-end-by-themselves.md). Unless `renewsByNews`, as in
 * earlier ones, such an end tells whether a new run is suggested, though the history may have it with the task before.
 */
export function workOffNews(rule: Rule, by: NewsRules): void {
  Object.assign(news(), { rule, ...by });
}

/**
 * Takes what came with the run's first task: at once, or when what the run begins with has been asked for, where there may have been a task
 * before, which left nothing. Such a task is replayed by itself if an update came with the next one, and was not when that was worked off
 * (docs/decisions/0145-what-was-cut-and-lost.md).
 */
export function onceBegun(take: () => void): void {
  const run = news();
  if (!run.takesCallsOnceBegun || workflowInfo().historyLength <= FIRST_TASK_EVENTS) {
    take();
    return;
  }
  run.waitForBegin += 1;
  void CancellationScope.nonCancellable(async () => {
    await allConsequences();
    take();
    run.waitForBegin -= 1;
  });
}

/** Whether updates have come that are still to be handed over: so long the workflow must neither end nor continue as new. */
export const areUpdatesWaiting = (): boolean => news().areUpdatesToCome || news().waitForBegin > 0;

/** Whether anything has come that is still to be handed over, updates or not: what is handed to a run that has ended is lost. */
export const isNewsWaiting = (): boolean => news().isMoreToCome || news().waitForBegin > 0;

/** Another number when what the workflow asks for goes with another answer to Temporal, or may do so. */
export const activationsSoFar = (): number => news().activations;

/**
 * Another number only when it certainly goes with another answer, and the same on replay; by earlier rules than the last a refused
 * update and a task that asked for nothing count too, of which a replay knows nothing (decision 0122).
 */
export const tasksSoFar = (): number => news().tasks;

/** The same, but that what the workflow cancelled itself counts as no other task. */
export const tasksOfNews = (): number => news().ofNews.tasks;

/**
 * Whether Temporal suggested to continue as new when something came that stands in the history, an accepted update when it is
 * noted. A task that brings a refused update only leaves nothing, and a replay does not know what was suggested with it.
 */
export const isRenewalSuggested = (): boolean => news().isRenewalSuggested;

export function noteAcceptedUpdate(): void {
  const run = news();
  run.isRenewalSuggested = workflowInfo().continueAsNewSuggested;
  if (run.rule === 'locals-last') countTask(run);
  countTask(run.ofNews);
}

/**
 * Which time it is for what has come, in epoch milliseconds. `toldAt`: when its worker says that it was; else, for an update, when its
 * sender says so.
 */
export function timeOfNews(toldAt: number | null = null): number {
  const { clock, keepsTimes } = news();
  return keepsTimes ? timeBy(clock, toldAt ?? clock.sentAt) : Date.now();
}

/**
 * Something has changed the workflow that has the time of its task. A task that leaves nothing is replayed together with the next one, and
 * at the time of that, hours later perhaps: if this one does, it leaves a trace.
 */
export function noteTimeOfTask(): void {
  news().clock.isOfTask = true;
}

/** The trace that such tasks leave. */
export function traceBy(trace: () => Command): void {
  news().trace = trace;
}

/** The workflow begins to wait for a new run: what else belongs to this task would have come before that on replay. */
export function noteWait(): void {
  news().parts.hasBegunToWait = true;
}

/** An activation is one task at most. */
function countTask(run: News | News['ofNews']): void {
  if (run.isCounted) return;
  run.isCounted = true;
  if (!run.hasAsked) return;
  run.hasAsked = false;
  run.tasks += 1;
}

/** Has it called after each activation, when all of that is worked off. */
export const atRest = (call: () => void): void => void news().atRest.push(call);

/** For the bundle: the SDK calls it for each run. */
export const interceptors = (): WorkflowInterceptors => {
  const { runId } = workflowInfo();
  return {
    inbound: [
      {
        handleUpdate: (input, next) => asSent(news().clock, input.headers, () => next(input)),
        validateUpdate: (input, next) => asSent(news().clock, input.headers, () => next(input)),
      },
    ],
    outbound: [
      {
        scheduleActivity(input, next) {
          const run = news();
          // The same scope has the SDK ask for the cancel.
          CancellationScope.current().cancelRequested.catch(() => {
            if (run.areLocalsHandedOver) run.cancels.stopped.add(input.seq);
          });
          return next(input);
        },
      },
    ],
    internals: [
      {
        activate(input, next) {
          const run = news();
          const brought = input.activation.jobs ?? [];
          begin(run, input.activation);
          const tells = (job: Jobs[number]) => standsInHistory(job) && !(run.renewsByNews && isEndOfLocal(job));
          if (brought.some(tells)) run.isRenewalSuggested = workflowInfo().continueAsNewSuggested;
          handOverInTurn(run, portionsOf(brought, run.rule), (jobs) =>
            next({ ...input, activation: { ...input.activation, jobs } }),
          );
        },
        concludeActivation(input, next) {
          const run = news();
          const { atRest, cancels, endedLocals, letsLocalsEnd } = run;
          for (const call of atRest) call();
          const asked = run.cancelsLater
            ? withoutEarlyCancels(cancels, run.ofNews.tasks, input.commands)
            : input.commands;
          const commands = withTrace(run, asked);
          noteAsked(run.asked, commands);
          noteLocals(run.clock, commands);
          if (run.mayBeRecordedBefore && takesBack(run.askedBefore, commands)) throw new Error(ORDER_UNKNOWN);
          const hasAsked = endedLocals.length > 0 || leaveAnEvent(commands);
          run.hasAsked ||= hasAsked;
          run.ofNews.hasAsked ||= hasAsked;
          // What was worked off before its end cancelled it; the SDK's core fails the task of a request to cancel what has ended. What was asked
          // for in the same answer has not begun, and must not: a decision may have come with what asked for it.
          const notBegun = new Set(commands.map(({ scheduleLocalActivity }) => scheduleLocalActivity?.seq));
          const isInVain = ({ requestCancelLocalActivity: asked }: Command) =>
            asked && !notBegun.has(asked.seq) && (letsLocalsEnd || endedLocals.includes(asked.seq));
          return next({ ...input, commands: commands.filter((command) => !isInVain(command)) });
        },
        dispose(input, next) {
          runs.delete(runId);
          next(input);
        },
      },
    ],
  };
};

/** Throws when the workflow task is to begin anew. */
function begin(run: News, activation: Activation): void {
  const brought = activation.jobs ?? [];
  const { isReplaying } = activation;
  const historyLength = activation.historyLength ?? 0;
  // Within one task ends come together too, of what the workflow has cancelled itself.
  const isNextTask = run.wasLive && !isReplaying && historyLength > run.historyLength;
  if (isNextTask && isOrderUnknown(brought, run.rule)) throw new Error(ORDER_UNKNOWN);
  takeNoPart(run.parts, activation);
  if (historyLength > run.historyLength) {
    run.askedBefore = run.asked;
    run.asked = nothing();
  }
  run.mayBeRecordedBefore = isNextTask && brought.some(isEndOfLocal);
  run.wasLive = !isReplaying || brought.some(isQuery);
  run.historyLength = historyLength;
  run.endedLocals = brought.filter(isEndOfLocal).map(({ resolveActivity }) => resolveActivity?.seq);
  noteEnds(run.cancels, brought);
  noteComing(run.clock, brought);
  run.activations += 1;
  run.isCounted = run.ofNews.isCounted = false;
  if (brought.some((job) => isNews(job) && !isUpdate(job))) countTask(run.ofNews);
  if (run.rule === 'locals-last') {
    if (brought.some((job) => beginsTask(job) && !isUpdate(job))) countTask(run);
  } else if (brought.some(beginsTask)) {
    run.tasks += 1;
    run.isCounted = true;
  }
}

/** Beside a local activity its end leaves one, and may come together with the news on replay, and with what follows from both. */
function withTrace({ keepsTimes, clock, trace }: News, commands: Command[]): Command[] {
  const isLost = keepsTimes && clock.isOfTask && !clock.isLaterOnReplay && !leaveAnEvent(commands);
  return isLost && trace ? [...commands, trace()] : commands;
}

/** The first portion at once, each further one when all that followed from the one before has happened. */
function handOverInTurn(run: News, portions: readonly Jobs[], handOver: (jobs: Jobs) => void): void {
  const [first = [], ...further] = portions;
  const nothingMoreToCome = () => {
    run.areUpdatesToCome = run.isMoreToCome = false;
  };
  run.isMoreToCome = further.length > 0 || run.isWhole;
  run.areUpdatesToCome = run.isMoreToCome && portions.some((jobs) => jobs.some(isUpdate));
  run.areLocalsHandedOver = first.some(isEndOfLocal);
  handOver(first);
  if (first.some(isUpdate)) run.areUpdatesToCome = false;
  if (further.length === 0) {
    nothingMoreToCome();
    return;
  }
  // What was brought may be the workflow's cancellation.
  void CancellationScope.nonCancellable(async () => {
    for (const jobs of further) {
      await allConsequences();
      const isLast = jobs === further.at(-1);
      if (isLast && !run.isWhole) nothingMoreToCome();
      if (run.rule === 'updates-last') run.activations += 1;
      run.areLocalsHandedOver = jobs.some(isEndOfLocal);
      handOver(jobs);
      if (jobs.some(isUpdate)) run.areUpdatesToCome = false;
      if (isLast) nothingMoreToCome();
    }
  });
}

/**
 * Whether what was brought replays in another order than it came in, perhaps. A query that comes with a workflow task, or a task that
 * lasts too long, ends the task while its local activities run. One that ends just before that is recorded with this task, one just
 * after it with the next; both come together with the news of the next, and a replay has the first before and the second after them.
 * A task that fails is tried again from the history, which tells them apart
 * (docs/decisions/0134-tasks-that-queries-cut.md).
 */
function isOrderUnknown(jobs: Jobs, rule: Rule | null): boolean {
  const comesAfterLocals = (job: Jobs[number]) =>
    rule !== 'locals-last' && ((isUpdate(job) && rule !== null) || (isSignal(job) && rule === 'signals-late'));
  return jobs.some(isEndOfLocal) && jobs.some((job) => !isEndOfLocal(job) && !comesAfterLocals(job));
}

function portionsOf(jobs: Jobs, rule: Rule | null): readonly Jobs[] {
  // Queries come in activations of their own, whose answers cannot wait.
  if (rule === null || jobs.some(isQuery)) return [jobs];
  const updates = jobs.filter(isUpdate);
  const locals = rule === 'locals-last' ? jobs.filter(isEndOfLocal) : [];
  const others = jobs.filter((job) => !isUpdate(job) && !locals.includes(job));
  const areSignalsLate = rule === 'signals-late' || rule === 'locals-last';
  const inOrder = areSignalsLate ? [...others.filter((job) => !isSignal(job)), ...others.filter(isSignal)] : others;
  const portions = rule === 'updates-last' ? [others] : inOrder.map((job) => [job]);
  return [...portions, updates, ...locals.map((job) => [job])].filter(({ length }) => length > 0);
}

/** Resolves after a look at all conditions at which none came true. */
export async function allConsequences(): Promise<void> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const before = conditionsMet();
    let isNext = false;
    await condition(() => {
      const wasNext = isNext;
      isNext = true;
      return wasNext;
    });
    if (conditionsMet() === before + 1) return;
  }
}

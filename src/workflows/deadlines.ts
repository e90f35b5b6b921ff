// Durable deadlines and reminders: one Temporal timer, for what is due next (contract 2 section 8).
import { CancellationScope, sleep } from '@temporalio/workflow';
import { nextWake } from '../engine/deadline';
import { condition } from './condition';
import { tasksOfNews, timeOfNews } from './news-in-turn';
import type { Shell } from './shell';

/** In what executions from before these rules differ: they replay as they were. */
export interface DeadlineRules {
  /**
   * False: what was due already woke it without a timer. Whether it is due already depends on the workflow's clock, and that is another
   * one on replay when a query brought the news (docs/decisions/0110-odd-clocks.md).
   */
  readonly alwaysByTimer: boolean;
  /**
   * False: a timer that nothing waits for any more is taken back at once. Where a quick agent's end does that, it may be recorded with the
   * task that started the timer and come with the next one: on replay nothing would be left of the timer
   * (docs/decisions/0129-news-ahead-of-its-task.md).
   */
  readonly takesBackLater: boolean;
}

/** Wakes the engine whenever a step or its reminder is due; never ends. Without either there is no timer. */
export async function watchDeadlines(shell: Shell, { alwaysByTimer, takesBackLater }: DeadlineRules): Promise<never> {
  const timers = takesBackLater ? timersOfTasks() : null;
  const isToTakeBack = () => timers?.areToTakeBack() ?? false;
  for (;;) {
    await condition(() => nextWake(shell.run()) !== null || isToTakeBack());
    timers?.takeBack();
    const wake = nextWake(shell.run());
    // What came together may have brought a deadline and ended its step, as a decision and a cancel do.
    if (wake === null) continue;
    const { at: dueAt, kind, nodeId } = wake;
    const hasMoved = () => nextWake(shell.run())?.at !== dueAt;
    const waitMs = dueAt - Date.now();
    const isTimed = alwaysByTimer || waitMs > 0;
    const summary = `${kind} of ${nodeId}`;
    const waitedMs = Math.max(1, waitMs);
    const isInVain = () =>
      timers ? timers.wait(waitedMs, summary, hasMoved) : condition(hasMoved, waitedMs, { summary });
    if (isTimed && (await isInVain())) continue;
    shell.apply({ kind: 'deadline-reached', at: Math.max(timeOfNews(dueAt), dueAt) }, isTimed ? 'recorded' : 'local');
  }
}

interface TimersOfTasks {
  /** Resolves to true when `isInVain`, and to false when the time has passed. Takes back what is to be taken back meanwhile. */
  wait(millis: number, summary: string, isInVain: () => boolean): Promise<boolean>;
  /** Whether a timer of an earlier workflow task runs in vain. */
  areToTakeBack(): boolean;
  takeBack(): void;
}

/** Timers that are taken back in a later workflow task than they were started in, if they run still. */
function timersOfTasks(): TimersOfTasks {
  const inVain: { readonly scope: CancellationScope; readonly task: number }[] = [];
  const areToTakeBack = () => inVain.some(({ task }) => task !== tasksOfNews());

  function takeBack(): void {
    const due = inVain.filter(({ task }) => task !== tasksOfNews());
    inVain.splice(0, inVain.length, ...inVain.filter((timer) => !due.includes(timer)));
    for (const { scope } of due) scope.cancel();
  }

  return {
    areToTakeBack,
    takeBack,
    async wait(millis, summary, isInVain) {
      const own = { scope: new CancellationScope(), task: tasksOfNews() };
      let hasFired = false;
      const fired = own.scope.run(() => sleep(millis, { summary }));
      fired.then(
        () => {
          hasFired = true;
        },
        () => undefined,
      );
      for (; !hasFired && !isInVain(); takeBack()) await condition(() => hasFired || isInVain() || areToTakeBack());
      if (!isInVain()) return false;
      if (!hasFired) inVain.push(own);
      return true;
    },
  };
}

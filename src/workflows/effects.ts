// Performs what the engine asked for, once everything that the workflow task carried has been applied.
import { sleep } from '@temporalio/workflow';
import type { Effect, SendReminder, Work } from '../engine/effect';
import { findStep } from '../engine/step-positions';
import { condition } from './condition';
import type { DueEffect, Origin, Shell } from './shell';
import type { StepWork } from './step-work';
import { type TaskRoom, TOO_MUCH } from './task-room';

export interface Outbox {
  add(due: readonly DueEffect[], origin: Origin): void;
  /** Performs what is added, until `isOver` and nothing is left. */
  performUntil(isOver: () => boolean): Promise<void>;
  /** Whether anything was added that is still to be performed. */
  areDue(): boolean;
  /** From now on no work is begun: the run that continues this one as new asks for it again. */
  hold(): void;
  /** No run continues this one; the work that was not begun must be asked for again. */
  goOn(): void;
  /** Those that came due since nothing is performed: the run that continues this one must send them. */
  unsentReminders(): readonly SendReminder[];
  /** How much work is done for this run of the workflow. */
  inFlight(): number;
}

export interface OutboxOptions {
  readonly room: TaskRoom;
  /** Whether no further work may be begun, because this run of the workflow must come to its end. */
  readonly mustHold: (updatesHandled: number) => boolean;
  /**
   * Another value when what is asked for goes with another task. What ended in a task that a query cut comes with the next
   * one, and on replay with the one that it ended in: by `tasksSoFar` both are one.
   */
  readonly taskNow: () => number;
  /** With so much at work nothing more is begun locally: reads would have the execution's tasks begin anew (decision 0124). */
  readonly besideLocalsMax: number;
  /** False in executions from before this was so: there work that came due meanwhile was begun twice when they went on. */
  readonly asksOnce: boolean;
  /** Called once per workflow task that changed something. */
  readonly afterwards: () => void;
}

export function outbox(
  shell: Shell,
  work: StepWork,
  { room, mustHold, taskNow, besideLocalsMax, asksOnce, afterwards }: OutboxOptions,
): Outbox {
  const effects: DueEffect[] = [];
  let hasChanged = false;
  let isHeld = false;
  let atWork = 0;
  let updatesHandled = 0;
  /** The workflow task that last handled an Update. */
  let updateHandledIn = -1;

  function begin(effect: Work | SendReminder, mayRunLocally: boolean): void {
    atWork += 1;
    void work.run(effect, mayRunLocally).then((report) => {
      atWork -= 1;
      if (report) shell.apply(report.input, report.origin);
    });
  }

  const bytesOf = (effect: Effect): number => (effect.kind === 'cancel-work' ? 0 : work.bytesOf(effect));

  /** A step may have ended while its work waited for its turn. */
  function isStillWanted(effect: Work | SendReminder): boolean {
    const status = findStep(shell.run().steps, effect.request.stepId)?.status;
    return effect.kind === 'send-reminder' ? status === 'waiting' : status === 'running' && !isHeld;
  }

  function perform(): void {
    // A local activity runs before its workflow task is recorded. Beside an Update it would act on an approval that is
    // lost when worker and server die in that moment (contract 2 section 10).
    const hasUpdate = updateHandledIn === taskNow();
    isHeld ||= mustHold(updatesHandled);
    while (effects[0] && room.hasFor(bytesOf(effects[0].effect))) {
      const { effect, origin } = effects.shift() as DueEffect;
      if (effect.kind === 'cancel-work') {
        work.cancel(effect.stepId);
        continue;
      }
      if (!isStillWanted(effect)) continue;
      room.take(bytesOf(effect));
      const mayRunLocally = origin === 'timed' && !hasUpdate && atWork < besideLocalsMax;
      begin(effect, room.takeLocal() && mayRunLocally);
    }
    afterwards();
    hasChanged = false;
  }

  return {
    add(due, origin) {
      effects.push(...due);
      hasChanged = true;
      if (origin !== 'update') return;
      updatesHandled += 1;
      updateHandledIn = taskNow();
    },
    async performUntil(isOver) {
      // Conditions are looked at when all that the workflow task carries is applied.
      for (;;) {
        await condition(() => hasChanged || isOver());
        if (!hasChanged) return;
        perform();
        // What did not fit goes with the next workflow task.
        for (; effects.length > 0; perform()) await sleep(1, TOO_MUCH);
      }
    },
    areDue: () => hasChanged,
    hold() {
      isHeld = true;
    },
    goOn() {
      isHeld = false;
      if (!asksOnce) return;
      effects.splice(0, effects.length, ...effects.filter(({ effect }) => effect.kind === 'send-reminder'));
    },
    unsentReminders: () => effects.flatMap(({ effect }) => (effect.kind === 'send-reminder' ? [effect] : [])),
    inFlight: () => atWork,
  };
}

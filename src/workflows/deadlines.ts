// Durable deadlines and reminders: one Temporal timer, for what is due next (contract 2 section 8).
import { nextWake } from '../engine/deadline';
import { condition } from './condition';
import type { Shell } from './shell';

/**
 * Wakes the engine whenever a step or its reminder is due; never ends. Without either there is no timer. `alwaysByTimer` is
 * false in executions from before this was so: what was due already woke it without one. Whether it is due already depends on
 * the workflow's clock, and that is another one on replay when a query brought the news (docs/decisions/0110-odd-clocks.md).
 */
export async function watchDeadlines(shell: Shell, alwaysByTimer: boolean): Promise<never> {
  for (;;) {
    await condition(() => nextWake(shell.run()) !== null);
    const wake = nextWake(shell.run());
    // What came together may have brought a deadline and ended its step, as a decision and a cancel do.
    if (wake === null) continue;
    const { at: dueAt, kind, nodeId } = wake;
    const hasMoved = () => nextWake(shell.run())?.at !== dueAt;
    const waitMs = dueAt - Date.now();
    const isTimed = alwaysByTimer || waitMs > 0;
    const summary = `${kind} of ${nodeId}`;
    if (isTimed && (await condition(hasMoved, Math.max(1, waitMs), { summary }))) continue;
    shell.apply({ kind: 'deadline-reached', at: Math.max(Date.now(), dueAt) }, isTimed ? 'recorded' : 'local');
  }
}

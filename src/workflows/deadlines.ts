// Durable deadlines and reminders: one Temporal timer, for what is due next (contract 2 section 8).
import { condition } from '@temporalio/workflow';
import { nextWake, type Wake } from '../engine/deadline';
import type { Shell } from './shell';

/** Wakes the engine whenever a step or its reminder is due; never ends. Without either there is no timer. */
export async function watchDeadlines(shell: Shell): Promise<never> {
  for (;;) {
    await condition(() => nextWake(shell.run()) !== null);
    const { at: dueAt, kind, nodeId } = nextWake(shell.run()) as Wake;
    const hasMoved = () => nextWake(shell.run())?.at !== dueAt;
    const isDue = dueAt <= Date.now();
    const summary = `${kind} of ${nodeId}`;
    if (!isDue && (await condition(hasMoved, dueAt - Date.now(), { summary }))) continue;
    shell.apply({ kind: 'deadline-reached', at: Math.max(Date.now(), dueAt) }, isDue ? 'local' : 'recorded');
  }
}

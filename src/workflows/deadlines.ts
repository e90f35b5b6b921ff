// Durable deadlines: one Temporal timer, for the step that is due next (contract 2 section 8).
import { condition } from '@temporalio/workflow';
import { nextDeadlineAt, nextDeadlineNodeId } from '../engine/deadline';
import type { Shell } from './shell';

/** Wakes the engine whenever a step is due; never ends. Without a deadline there is no timer. */
export async function watchDeadlines(shell: Shell): Promise<never> {
  for (;;) {
    await condition(() => nextDeadlineAt(shell.run()) !== null);
    const dueAt = nextDeadlineAt(shell.run()) ?? 0;
    const hasMoved = () => nextDeadlineAt(shell.run()) !== dueAt;
    const isDue = dueAt <= Date.now();
    const summary = `deadline of ${nextDeadlineNodeId(shell.run())}`;
    if (!isDue && (await condition(hasMoved, dueAt - Date.now(), { summary }))) continue;
    shell.apply({ kind: 'deadline-reached', at: Math.max(Date.now(), dueAt) }, isDue ? 'local' : 'recorded');
  }
}

// Counts what the generated cases reached: the table of transitions that a deep run prints and is held to.
import type { Input } from '../../src/engine/input';
import type { Expected, Model } from './model';
import { stepById } from './world';

export class Table {
  readonly counts = new Map<string, number>();

  count(row: string, by = 1): void {
    this.counts.set(row, (this.counts.get(row) ?? 0) + by);
  }

  add(other: Iterable<readonly [string, number]>): void {
    for (const [row, count] of other) this.count(row, count);
  }

  /** Notes how an input found the run; what is returned notes what came of it. */
  before({ world }: Model, input: Input): (expected: Expected) => void {
    const step = 'stepId' in input ? stepById(world, input.stepId) : undefined;
    const found = step ? `${kindOf(step.node)} ${step.status}` : 'stepId' in input ? 'unknown step' : world.status;
    const what = input.kind === 'step-overridden' ? `${input.kind} ${input.action}` : input.kind;
    const statuses = world.steps.map((it) => it.status);
    return ({ events, reply }) => {
      const code = reply.kind === 'refused' ? reply.codes[0] : '';
      const why = reply.kind === 'response-not-recorded' ? reply.rejectionReason : code;
      // A refused override is the same for each action.
      const named = reply.kind === 'refused' ? input.kind : what;
      this.count(`input ${named} x ${found} -> ${[reply.kind, why].filter(Boolean).join(' ')}`);
      for (const what of world.notes) this.count(what);
      for (const event of events) this.count(`event ${event.type}`);
      world.steps.forEach((it, index) => {
        const was = statuses[index] ?? 'none';
        if (it.status !== was) this.count(`step ${kindOf(it.node)} ${was} -> ${it.status}`);
      });
      if (world.failure && events.some((event) => event.type === 'execution.failed')) {
        this.count(`failure ${world.failure.code}`);
      }
    };
  }
}

const kindOf = (node: { type: string; config: object }): string =>
  'blocking' in node.config && node.config.blocking === true ? 'blocking' : node.type;

// What was seen of one execution at different times, and where that contradicts itself: what has ended does not change any more,
// and nothing that was seen is gone for who asks later. Pure.
import { isOver, type SeenEvent, type SeenExecution, type SeenStep } from '../views';

/** Epoch milliseconds of the request and of its answer. */
export interface Asked {
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Sighting {
  /** What was seen, as JSON. */
  readonly json: string;
  /** When it was first known. */
  readonly at: number;
}

/** Steps that are open; all others have ended. */
const OPEN: ReadonlySet<string> = new Set(['pending', 'running', 'waiting']);
/** Of two texts that differ, so much is shown before the difference and from there on. */
const SHOWN = { before: 60, after: 160 };

export class Sightings {
  readonly #starts = new Map<string, Sighting>();
  readonly #ended = new Map<string, Sighting>();
  readonly #events = new Map<number, Sighting>();
  #over: Sighting | null = null;
  /** By what they are about: what is asked for again and again is told once. */
  readonly #contradictions = new Map<string, string>();

  get contradictions(): readonly string[] {
    return [...this.#contradictions.values()];
  }

  sawView(view: SeenExecution, asked: Asked): void {
    for (const step of view.steps) this.#sawStep(step, asked);
    const shown = new Set(view.steps.map(({ stepId }) => stepId));
    for (const [stepId, { at }] of this.#ended) {
      if (at <= asked.startedAt && !shown.has(stepId)) this.#tell(`step ${stepId}`, 'was seen and is gone');
    }
    const { steps: _, ...headline } = view;
    if (isOver(view)) this.#over = this.#compared(this.#over, headline, asked, 'the execution that is over');
    else if (this.#over && this.#over.at <= asked.startedAt) {
      this.#tell('the execution', `was over and is ${view.status} again`);
    }
  }

  /** A page of events with numbers above `sinceSeq`. */
  sawEvents(events: readonly SeenEvent[], sinceSeq: number, hasMore: boolean, asked: Asked): void {
    const shown = new Set(events.map(({ seq }) => seq));
    const last = hasMore ? (events.at(-1)?.seq ?? sinceSeq) : Number.POSITIVE_INFINITY;
    for (const [seq, { at }] of this.#events) {
      const isExpected = seq > sinceSeq && seq <= last && at <= asked.startedAt;
      if (isExpected && !shown.has(seq)) this.#tell(`event ${seq}`, 'was seen and is gone');
    }
    for (const event of events) {
      const known = this.#events.get(event.seq) ?? null;
      this.#events.set(event.seq, this.#compared(known, event, asked, `event ${event.seq}`));
    }
  }

  #sawStep(step: SeenStep, asked: Asked): void {
    const { stepId, status, startedAt } = step;
    if (startedAt !== null) {
      const begun = this.#starts.get(stepId) ?? null;
      this.#starts.set(stepId, this.#compared(begun, { startedAt }, asked, `the start of step ${stepId}`));
    }
    const known = this.#ended.get(stepId) ?? null;
    if (!OPEN.has(status)) this.#ended.set(stepId, this.#compared(known, step, asked, `step ${stepId}`));
    else if (known && known.at <= asked.startedAt) {
      this.#tell(`step ${stepId}`, `had ended and is ${status} again`);
    }
  }

  #compared(known: Sighting | null, seen: object, { endedAt }: Asked, what: string): Sighting {
    const json = JSON.stringify(seen);
    if (known === null) return { json, at: endedAt };
    if (known.json !== json) {
      const [before, now] = difference(known.json, json);
      this.#tell(what, `was seen at ${known.at} as ${before}, and at ${endedAt} as ${now}`);
    }
    return known;
  }

  #tell(what: string, text: string): void {
    if (!this.#contradictions.has(what)) this.#contradictions.set(what, `${what} ${text}`);
  }
}

function difference(one: string, other: string): readonly [string, string] {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const shown = (text: string) => `…${text.slice(Math.max(0, at - SHOWN.before), at + SHOWN.after)}…`;
  return [shown(one), shown(other)];
}

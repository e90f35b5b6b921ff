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
const SHOWN_LENGTH = 400;

export class Sightings {
  readonly #startedAt = new Map<string, number>();
  readonly #ended = new Map<string, Sighting>();
  readonly #events = new Map<number, Sighting>();
  #over: Sighting | null = null;
  readonly #contradictions = new Set<string>();

  get contradictions(): readonly string[] {
    return [...this.#contradictions];
  }

  sawView(view: SeenExecution, asked: Asked): void {
    for (const step of view.steps) this.#sawStep(step, asked);
    const shown = new Set(view.steps.map(({ stepId }) => stepId));
    for (const [stepId, { at }] of this.#ended) {
      if (at <= asked.startedAt && !shown.has(stepId)) this.#contradictions.add(`step ${stepId} was seen and is gone`);
    }
    const { steps: _, ...headline } = view;
    if (isOver(view)) this.#over = this.#compared(this.#over, headline, asked, 'the execution that is over');
    else if (this.#over && this.#over.at <= asked.startedAt) {
      this.#contradictions.add(`the execution was over and is ${view.status} again`);
    }
  }

  /** A page of events with numbers above `sinceSeq`. */
  sawEvents(events: readonly SeenEvent[], sinceSeq: number, hasMore: boolean, asked: Asked): void {
    const shown = new Set(events.map(({ seq }) => seq));
    const last = hasMore ? (events.at(-1)?.seq ?? sinceSeq) : Number.POSITIVE_INFINITY;
    for (const [seq, { at }] of this.#events) {
      const isExpected = seq > sinceSeq && seq <= last && at <= asked.startedAt;
      if (isExpected && !shown.has(seq)) this.#contradictions.add(`event ${seq} was seen and is gone`);
    }
    for (const event of events) {
      const known = this.#events.get(event.seq) ?? null;
      this.#events.set(event.seq, this.#compared(known, event, asked, `event ${event.seq}`));
    }
  }

  #sawStep(step: SeenStep, asked: Asked): void {
    const { stepId, status, startedAt } = step;
    const begun = this.#startedAt.get(stepId) ?? startedAt;
    if (begun !== null) this.#startedAt.set(stepId, begun);
    if (startedAt !== null && startedAt !== begun) {
      this.#contradictions.add(`step ${stepId} was seen as started at ${begun} and at ${startedAt}`);
    }
    const known = this.#ended.get(stepId) ?? null;
    if (!OPEN.has(status)) this.#ended.set(stepId, this.#compared(known, step, asked, `step ${stepId}`));
    else if (known && known.at <= asked.startedAt) {
      this.#contradictions.add(`step ${stepId} had ended and is ${status} again`);
    }
  }

  #compared(known: Sighting | null, seen: object, { endedAt }: Asked, what: string): Sighting {
    const json = JSON.stringify(seen);
    if (known === null) return { json, at: endedAt };
    if (known.json !== json) {
      this.#contradictions.add(`${what} was seen as ${shortened(known.json)} and as ${shortened(json)}`);
    }
    return known;
  }
}

const shortened = (text: string): string => (text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text);

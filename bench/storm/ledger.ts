// What is kept of a storm: everything is counted, and what the checker needs goes into the journal. Reads come by the thousand,
// and are looked at as they come.
import type { Call, Entry, Journal } from '../journal';
import { brokenByAnswer } from './answers';
import type { Violation } from './violation';

/** Decisions and what is read at the end are judged together with all the rest. */
const JUDGED: ReadonlySet<string> = new Set(['steps/recordReviewerDecision']);

export class Ledger implements Pick<Journal, 'add'> {
  readonly counts = new Map<string, number>();
  /** The first of its kind, and how often it came. */
  readonly #broken = new Map<string, { readonly violation: Violation; times: number }>();
  #isSettled = false;

  constructor(private readonly journal: Journal) {}

  get entries(): readonly Entry[] {
    return this.journal.entries;
  }

  /** Answers that nobody may get, those alike told once. */
  get violations(): readonly Violation[] {
    return [...this.#broken.values()].map(({ violation: { executionId, text }, times }) => ({
      executionId,
      text: times === 1 ? text : `${text}, and so ${times - 1} times more`,
    }));
  }

  add(...entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (entry.kind === 'settled') this.#isSettled = true;
      if (entry.kind === 'call') this.#judge(entry);
      if (entry.kind !== 'call' || this.#isSettled || JUDGED.has(entry.operation)) this.journal.add(entry);
    }
  }

  count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  #judge(call: Call): void {
    this.count(`${call.operation} ${call.http ?? 'unanswered'}`);
    const text = brokenByAnswer(call);
    if (text === null) return;
    const executionId = executionOf(call);
    const kind = `${executionId} ${call.operation} ${call.http} ${call.error?.status}`;
    const known = this.#broken.get(kind);
    if (known) known.times += 1;
    else this.#broken.set(kind, { violation: { executionId, text }, times: 1 });
  }
}

const executionOf = ({ data }: Call): string | null => (typeof data.executionId === 'string' ? data.executionId : null);

// The events of a run, in pages: what is added copies a page, not all that happened before.
import type { ExecutionEvent } from './event';

/** Plain JSON. Every page but the last is full, none is empty; an event stands at its seq less one. */
export type EventLog = readonly (readonly ExecutionEvent[])[];

const PAGE_LENGTH = 64;

/** The log with these events at its end. */
export function appendEvents(log: EventLog, events: readonly ExecutionEvent[]): EventLog {
  const last = log.at(-1) ?? [];
  const hasRoom = last.length < PAGE_LENGTH;
  const pages = hasRoom ? log.slice(0, -1) : log.slice();
  const added = hasRoom ? last.concat(events) : events;
  for (let from = 0; from < added.length; from += PAGE_LENGTH) pages.push(added.slice(from, from + PAGE_LENGTH));
  return pages;
}

/** The events with a higher number than `seq`, in order. */
export function* eventsAfter(log: EventLog, seq: number): Generator<ExecutionEvent> {
  for (let place = Math.floor(seq / PAGE_LENGTH); place < log.length; place++) {
    for (const event of log[place] ?? []) if (event.seq > seq) yield event;
  }
}

/** All events, in one list. */
export const allEvents = (log: EventLog): readonly ExecutionEvent[] => log.flat();

export const lastEvent = (log: EventLog): ExecutionEvent | undefined => log.at(-1)?.at(-1);

// A batch of events that go together: how many, for it is one payload, of which Temporal takes 2 MiB, and what it is called.
import { type Json, jsonBytes } from '../definition/json';
import type { ExecutionEvent } from '../engine/event';

const BATCH_BYTES_MAX = 256 * 1024;

/** Of the first of these events: at least one, when there is any. */
export function batchLength(events: readonly ExecutionEvent[], eventsMax: number): number {
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    bytes += jsonBytes(event as unknown as Json);
    if (index > 0 && (bytes > BATCH_BYTES_MAX || index >= eventsMax)) return index;
  }
  return events.length;
}

/** What an operator reads of a batch's activity. */
export function labelOf(events: readonly ExecutionEvent[]): string {
  const [first, last] = [events[0], events[events.length - 1]];
  if (!first || !last || first === last) return `${first?.type ?? 'nothing'} (seq ${first?.seq ?? 0})`;
  return `${events.length} events (seq ${first.seq}..${last.seq}): ${first.type} … ${last.type}`;
}

// The numbered entries of an execution's event stream (contract 2 section 9).
import type { EXTERNAL_EVENT_TYPES } from '../definition/event-types';
import type { JsonObject } from '../definition/json';

const INTERNAL_EVENT_TYPES = [
  'step.scheduled',
  'step.started',
  'step.awaiting-callback',
  'step.resumed',
  'step.response-recorded',
  'step.overridden',
  'parallel-group.completed',
] as const;

export type ExternalEventType = (typeof EXTERNAL_EVENT_TYPES)[number];
export type InternalEventType = (typeof INTERNAL_EVENT_TYPES)[number];
export type EventType = ExternalEventType | InternalEventType;

export interface ExecutionEvent {
  /** Starts at 1 and rises by 1 per event, internal ones included. */
  readonly seq: number;
  readonly type: EventType;
  readonly stepId: string | null;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly data: JsonObject | null;
}

/** Every type; the place of each is its number in stored runs, so new ones go to the end. */
export const EVENT_TYPES = [
  'execution.dispatched',
  'execution.completed',
  'execution.failed',
  'execution.cancelled',
  'step.awaiting-approval',
  'step.completed',
  'step.failed',
  'step.breached',
  'step.cancelled',
  'group.quorum-met',
  'loop.iteration-started',
  'loop.exhausted',
  'step.scheduled',
  'step.started',
  'step.resumed',
  'step.response-recorded',
  'step.overridden',
  'parallel-group.completed',
  'step.awaiting-callback',
  'step.reminder',
  'step.reassigned',
] as const satisfies readonly EventType[];

const INTERNAL: ReadonlySet<EventType> = new Set(INTERNAL_EVENT_TYPES);

/** Internal events use up numbers and are seen by nobody outside (contract 2 section 9). */
export function isExternal(event: ExecutionEvent): boolean {
  return !INTERNAL.has(event.type);
}

/** What these say stands in the run itself, so that only their type, step and time are stored (stored.ts). */
const DERIVABLE: ReadonlySet<EventType> = new Set<EventType>([
  'step.scheduled',
  'step.started',
  'step.awaiting-approval',
  'step.response-recorded',
  'step.resumed',
  'step.overridden',
  'step.completed',
  'step.failed',
  'step.breached',
  'step.cancelled',
  'step.reminder',
  'step.reassigned',
]);

export function isDerivable(type: EventType): boolean {
  return DERIVABLE.has(type);
}

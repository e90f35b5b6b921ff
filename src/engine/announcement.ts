// What a webhook receiver is told of an event (contract 3 section 1).
import { assertNever, type JsonObject } from '../definition/json';
import type { EventType, ExecutionEvent } from './event';

/** What every announcement of one execution has in common. */
export interface Announcer {
  readonly executionId: string;
  readonly definitionId: string;
  readonly correlationId: string;
}

/** The same for the same event, always: receivers drop repeats by it. */
export function eventIdOf(executionId: string, seq: number): string {
  return `evt_${executionId}_${seq}`;
}

/** The body that is sent: it must be serialised once, since these bytes are what is signed and repeated. */
export function announcementOf(announcer: Announcer, event: ExecutionEvent): JsonObject {
  return {
    event: event.type,
    eventId: eventIdOf(announcer.executionId, event.seq),
    executionId: announcer.executionId,
    definitionId: announcer.definitionId,
    stepId: event.stepId,
    status: statusAfter(event.type),
    seq: event.seq,
    timestamp: isoInstant(event.at),
    correlationId: announcer.correlationId,
    data: event.data ?? {},
  };
}

/** The status of the step, or without a step of the execution, once the event had happened. */
function statusAfter(type: EventType): string {
  switch (type) {
    case 'execution.dispatched':
    case 'group.quorum-met':
    case 'loop.iteration-started':
    case 'loop.exhausted':
    case 'parallel-group.completed':
      return 'running';
    case 'execution.completed':
    case 'step.completed':
      return 'completed';
    case 'execution.failed':
    case 'step.failed':
      return 'failed';
    case 'execution.cancelled':
    case 'step.cancelled':
      return 'cancelled';
    case 'step.breached':
      return 'breached';
    case 'step.awaiting-approval':
    case 'step.awaiting-callback':
    case 'step.response-recorded':
    case 'step.reminder':
    case 'step.reassigned':
      return 'waiting';
    case 'step.scheduled':
      return 'pending';
    case 'step.started':
    case 'step.resumed':
    case 'step.overridden':
      return 'running';
    default:
      return assertNever(type);
  }
}

/** ISO 8601 in UTC; `Date` with an argument reads no clock. */
const isoInstant = (at: number): string => new Date(at).toISOString();

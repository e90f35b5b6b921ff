// What is signalled to a delivery workflow, checked by hand: any Temporal client may send anything, and an exception while it is
// worked off would make the workflow task fail for ever, and with it every delivery of the execution.
import { isDeeper } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { ExecutionEvent } from '../engine/event';
import type { HandedOverEvent } from './contract/deliveries';

export const areHandedOver = (argument: unknown): argument is readonly HandedOverEvent[] =>
  Array.isArray(argument) && argument.every((it) => isRecord(it) && isEvent(it.event) && isOutcome(it.outcome));

export const areEvents = (argument: unknown): argument is readonly ExecutionEvent[] =>
  Array.isArray(argument) && argument.every(isEvent);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isEvent = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.seq === 'number' &&
  typeof value.type === 'string' &&
  !isDeeper(value, LIMITS.jsonDepthMax);

/** More than any schedule of attempts has: Temporal refuses a timer of centuries, and the workflow task would fail for ever. */
const RETRY_AFTER_MS_MAX = 31_622_400_000;

/** When the next attempt is due follows from it. */
export const isOutcome = (value: unknown): boolean =>
  isRecord(value) &&
  (value.retryAfterMs === null || isWithin(value.retryAfterMs, RETRY_AFTER_MS_MAX)) &&
  (value.failedAt === undefined || isWithin(value.failedAt, INSTANT_MAX));

/** The last instant that a `Date` can hold, in epoch milliseconds. */
export const INSTANT_MAX = 8.64e15;

export const isWithin = (value: unknown, max: number): value is number =>
  typeof value === 'number' && value >= 0 && value <= max;

// What activities of ours are said to have come to, looked at before it is worked off: an operator can complete an activity in
// Temporal with anything, and an exception while it is worked off would make the workflow task fail for ever.
import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { isDeeper, type JsonObject } from '../definition/json';
import { LIMITS } from '../definition/limits';
import type { Told } from './contract/activities';
import type { FiringOutcome } from './contract/definitions';
import type { AttemptOutcome, DeliveryReport } from './contract/deliveries';
import { INSTANT_MAX, isOutcome } from './delivery-signals';

export const isDeliveryReport = (result: unknown): result is DeliveryReport =>
  isObject(result) && areDelivered(result.delivered) && Array.isArray(result.handedOver);

const areDelivered = (pairs: unknown): boolean =>
  Array.isArray(pairs) && pairs.every((pair) => Array.isArray(pair) && pair.length === 2);

/** Of what says nothing of a failure an event counts as delivered: so it was before this was looked at. */
export const areAttemptOutcomes = (results: unknown): results is readonly AttemptOutcome[] =>
  Array.isArray(results) &&
  results.every((it) => it !== null && it !== undefined && (it.kind !== 'failed' || isOutcome(it)));

export function isFiringOutcome(result: unknown): result is FiringOutcome {
  if (!isObject(result)) return false;
  const { kind, executionId } = result;
  return kind === 'not-current' || kind === 'missed' || (isStarted(kind) && typeof executionId === 'string');
}

const isStarted = (kind: unknown): boolean => kind === 'started' || kind === 'taken';

/** What an activity of ours came to, and when it says that this was: null where it does not, or was not asked to. */
export function toldIn<T>(
  answer: Told<T>,
  { tellsTime }: { readonly tellsTime?: true },
): { readonly result: T; readonly endedAt: number | null } {
  const { result, endedAt } = (answer ?? {}) as { readonly result?: T; readonly endedAt?: unknown };
  const isTold = tellsTime && isObject(result) && typeof endedAt === 'number';
  return isTold ? { result, endedAt } : { result: answer as T, endedAt: null };
}

/** The same of its failure: the first detail of it. */
export function toldAtIn(error: unknown): number | null {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const [endedAt] = (cause instanceof ApplicationFailure && cause.details) || [];
  return typeof endedAt === 'number' && endedAt <= INSTANT_MAX ? endedAt : null;
}

export const isWebhookResponse = (result: unknown): boolean =>
  isOutput(result) && typeof result.httpStatus === 'number' && typeof result.responseText === 'string';

/** What may become a step's output as it is. */
export const isOutput = (result: unknown): result is JsonObject =>
  isObject(result) && !isDeeper(result, LIMITS.jsonDepthMax);

export const areTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((it) => typeof it === 'string');

/** What a step fails with whose activity was completed so: what is to become of it is not clear. */
export const noResult = (expected: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`Its activity was completed in Temporal with something else than ${expected}.`);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// What must hold of dispatches and of answers in general: one execution a key, and no answer that nobody may get.
import { type Call, type Entry, entriesOf } from '../journal';
import type { SeenExecution } from '../views';

const ASK_AGAIN = [503, 504];

export function brokenByCalls(entries: readonly Entry[]): string[] {
  const calls = entriesOf(entries, 'call');
  return [...unexpected(calls), ...dispatchesOf(calls), ...listed(calls)];
}

function unexpected(calls: readonly Call[]): string[] {
  return calls
    .filter(({ http }) => http !== null && http !== 200 && !ASK_AGAIN.includes(http))
    .map(
      ({ operation, http, error, data }) =>
        `${operation} was answered ${http} ${error?.status}: ${error?.message} (${JSON.stringify(data)})`,
    );
}

interface Dispatched {
  readonly executionId: string;
  readonly correlationId: string;
  readonly deduplicated: boolean;
}

function dispatchesOf(calls: readonly Call[]): string[] {
  const found: string[] = [];
  for (const [key, asked] of byKey(calls.filter(({ operation }) => operation === 'executions/dispatch'))) {
    const answers = asked.filter(({ http }) => http === 200).map(({ result }) => result as Dispatched);
    const ids = new Set(answers.map(({ executionId, correlationId }) => `${executionId} ${correlationId}`));
    const fresh = answers.filter(({ deduplicated }) => !deduplicated).length;
    if (ids.size > 1) found.push(`key ${key} was answered with different ids: ${[...ids].join(', ')}`);
    if (fresh > 1) found.push(`key ${key} was said to be new ${fresh} times`);
    if (fresh === 0 && answers.length === asked.length) found.push(`key ${key} was never said to be new`);
  }
  return found;
}

function byKey(calls: readonly Call[]): Map<string, Call[]> {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const key = String(call.data.idempotencyKey);
    groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  return groups;
}

/** Temporal's own list has each execution once. */
function listed(calls: readonly Call[]): string[] {
  const pages = calls.filter(({ operation, http }) => operation === 'executions/list' && http === 200);
  if (pages.length === 0) return [];
  const items = pages.flatMap(({ result }) => (result as { readonly items: readonly SeenExecution[] }).items);
  const counts = new Map<string, number>();
  for (const { idempotencyKey } of items) counts.set(idempotencyKey, (counts.get(idempotencyKey) ?? 0) + 1);
  const known = new Set(acknowledgedKeys(calls));
  return [
    ...[...counts].filter(([, count]) => count > 1).map(([key, count]) => `key ${key} has ${count} executions`),
    ...[...counts.keys()].filter((key) => !known.has(key)).map((key) => `nobody dispatched ${key}`),
    ...[...known].filter((key) => !counts.has(key)).map((key) => `the execution of key ${key} is in no list`),
  ];
}

/** Of every dispatch that was answered with 200. */
export function acknowledgedKeys(calls: readonly Call[]): string[] {
  const acknowledged = calls.filter(({ operation, http }) => operation === 'executions/dispatch' && http === 200);
  return [...new Set(acknowledged.map(({ data }) => String(data.idempotencyKey)))];
}

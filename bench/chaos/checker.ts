// Judges a chaos run: its journal in, a list of violations out. Pure; each rule stands in a file of its own.

import { brokenByDeliveries } from '../deliveries';
import { type Entry, entriesOf } from '../journal';
import { acknowledgedKeys, brokenByCalls } from './rules-calls';
import { brokenByDecisions } from './rules-decisions';
import { brokenByEnds } from './rules-ends';

export function violationsIn(entries: readonly Entry[], secret: string): readonly string[] {
  return [
    ...brokenByCalls(entries),
    ...brokenByDecisions(entries),
    ...brokenByDeliveries(entries, secret),
    ...brokenByEnds(entries),
    ...brokenByWorkers(entries),
    ...brokenByNothing(entries),
  ];
}

/**
 * Each call of an agent for a step has the step's own idempotency key, no worker met a history that it cannot replay, and no API
 * or worker ended that nobody killed.
 */
function brokenByWorkers(entries: readonly Entry[]): string[] {
  return [
    ...entriesOf(entries, 'agent')
      .filter(({ idempotencyKey, executionId, stepId }) => idempotencyKey !== `${executionId}:${stepId}`)
      .map(({ idempotencyKey, stepId }) => `an agent was called for ${stepId} with the key ${idempotencyKey}`),
    ...entriesOf(entries, 'fault').map(({ name, line }) => `${name} said: ${line.slice(0, 300)}`),
    ...entriesOf(entries, 'ended')
      .filter(({ name }) => /^(api|worker)/i.test(name))
      .map(({ name, code }) => `${name} ended by itself (${code})`),
  ];
}

/** Of a run in which nothing was acknowledged no other rule says anything. */
function brokenByNothing(entries: readonly Entry[]): string[] {
  return acknowledgedKeys(entriesOf(entries, 'call')).length === 0 ? ['no dispatch was acknowledged'] : [];
}

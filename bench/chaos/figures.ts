// The figures of a chaos run, from its journal: kills, requests, silences, times of flows, and what was done twice.

import { type Entry, entriesOf, type TargetKind } from '../journal';
import { percentile } from '../statistics';

export interface Figures {
  readonly kills: Readonly<Record<TargetKind, number>>;
  /** Processes that ended although nobody killed them. */
  readonly endedAlone: number;
  readonly executions: number;
  readonly requests: number;
  readonly unanswered: number;
  readonly askAgain: number;
  /** The longest time without any success: over all, and around kills of each kind. */
  readonly silenceMs: Readonly<Record<'all' | TargetKind, number>>;
  /** Without the time that the client itself waited. */
  readonly flowMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly agentSteps: number;
  readonly agentStepsTwice: number;
  readonly deliveries: number;
  readonly deliveriesTwice: number;
}

export function figuresOf(entries: readonly Entry[]): Figures {
  const calls = entriesOf(entries, 'call');
  const flows = entriesOf(entries, 'flow').map(({ startedAt, endedAt, thinkMs }) => endedAt - startedAt - thinkMs);
  const kills = entriesOf(entries, 'kill');
  const killed = (kind: TargetKind) => kills.filter(({ target }) => target === kind).length;
  const steps = new Map<string, number>();
  for (const { idempotencyKey, fails } of entriesOf(entries, 'agent')) {
    steps.set(idempotencyKey, (steps.get(idempotencyKey) ?? 0) + (fails ? 0 : 1));
  }
  const deliveries = entriesOf(entries, 'delivery');
  const events = new Set(deliveries.map(({ headers }) => headers['webhook-id']));
  return {
    kills: {
      api: killed('api'),
      worker: killed('worker'),
      temporal: killed('temporal'),
      postgres: killed('postgres'),
    },
    endedAlone: entriesOf(entries, 'ended').length,
    executions: flows.length,
    requests: calls.length,
    unanswered: calls.filter(({ http }) => http === null).length,
    askAgain: calls.filter(({ http }) => http === 503 || http === 504).length,
    silenceMs: silences(entries),
    flowMs: { p50: percentile(flows, 0.5), p99: percentile(flows, 0.99), max: Math.max(...flows) },
    agentSteps: steps.size,
    agentStepsTwice: [...steps.values()].filter((count) => count > 1).length,
    deliveries: deliveries.length,
    deliveriesTwice: deliveries.length - events.size,
  };
}

/** A silence with a kill in it, or just before it, is the database's, else Temporal's, else of every kind killed then. */
function silences(entries: readonly Entry[]): Figures['silenceMs'] {
  const settledAt = entriesOf(entries, 'settled')[0]?.at ?? Number.POSITIVE_INFINITY;
  const successes = entriesOf(entries, 'call')
    .filter(({ http, endedAt }) => http === 200 && endedAt < settledAt)
    .map(({ endedAt }) => endedAt)
    .sort((a, b) => a - b);
  const kills = entriesOf(entries, 'kill');
  const longest = { all: 0, api: 0, worker: 0, temporal: 0, postgres: 0 };
  for (const [index, at] of successes.entries()) {
    const before = successes[index - 1] ?? at;
    const silence = at - before;
    longest.all = Math.max(longest.all, silence);
    const kinds = new Set(
      kills.filter((kill) => kill.at > before - JUST_BEFORE_MS && kill.at < at).map((it) => it.target),
    );
    const deepest = (['postgres', 'temporal'] as const).find((kind) => kinds.has(kind));
    const blamed: readonly TargetKind[] = deepest === undefined ? [...kinds] : [deepest];
    for (const kind of blamed) longest[kind] = Math.max(longest[kind], silence);
  }
  return longest;
}

const JUST_BEFORE_MS = 1_000;

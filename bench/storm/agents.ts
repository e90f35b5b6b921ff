// The agents of the storm: who runs each, how long it takes, and what it says then. What it says depends on the step alone, so
// that an agent that runs twice for a step says the same twice.
import { assertNever, type JsonObject } from '../../src/definition/json';
import { hashOf } from '../random';

/** In the worker, within a workflow task or as an activity; behind HTTP; or as an activity of another worker. */
const WAYS = ['quick', 'module', 'http', 'elsewhere'] as const;
export type Way = (typeof WAYS)[number];

const BEHAVIOURS = [
  'scores',
  'approves',
  'rejects',
  'votes',
  'fails-once',
  'fails-always',
  'fails-for-good',
  'says-nothing',
  'asks-one',
  'asks-two',
  'talks',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface StormAgent {
  readonly agentId: string;
  readonly way: Way;
  /** How long it takes, in milliseconds. */
  readonly ms: number;
  readonly behaviour: Behaviour;
}

const TIMES_MS: Readonly<Record<Way, readonly number[]>> = {
  quick: [0, 2, 8, 20, 60, 200, 900],
  module: [0, 5, 40, 300, 1_500],
  http: [0, 30, 400],
  elsewhere: [0, 30, 400],
};
/** Quick ones that are not, or only just: they are cut off after 1.5 s (docs/agents.md). */
const OUTLASTING_MS = [1_490, 1_600, 2_600];
const TALK_LENGTH = 20_000;

const agent = (way: Way, ms: number, behaviour: Behaviour): StormAgent => ({
  agentId: agentId(way, ms, behaviour),
  way,
  ms,
  behaviour,
});

export const agentId = (way: Way, ms: number, behaviour: Behaviour): string => `${way}-${ms}-${behaviour}`;

export const AGENTS: readonly StormAgent[] = [
  ...WAYS.flatMap((way) => TIMES_MS[way].flatMap((ms) => BEHAVIOURS.map((behaviour) => agent(way, ms, behaviour)))),
  ...OUTLASTING_MS.map((ms) => agent('quick', ms, 'scores')),
];

const BY_ID: ReadonlyMap<string, StormAgent> = new Map(AGENTS.map((it) => [it.agentId, it]));

/** Throws when there is no such agent. */
export function agentOf(id: string): StormAgent {
  const found = BY_ID.get(id);
  if (found === undefined) throw new Error(`the storm has no agent ${id}`);
  return found;
}

export type Outcome =
  | { readonly kind: 'result'; readonly result: JsonObject }
  | { readonly kind: 'failure'; readonly isFinal: boolean };

/** `attempt`: from 1. */
export function outcomeOf({ behaviour }: StormAgent, stepId: string, attempt: number): Outcome {
  const score = hashOf(stepId) % 10;
  switch (behaviour) {
    case 'scores':
      return result({ score });
    case 'approves':
      return result({ decision: 'approve', score });
    case 'rejects':
      return result({ decision: 'reject', reason: 'no' });
    case 'votes':
      return result({ decision: score < 5 ? 'reject' : 'approve' });
    case 'fails-once':
      return attempt === 1 ? { kind: 'failure', isFinal: false } : result({ score });
    case 'fails-always':
      return { kind: 'failure', isFinal: false };
    case 'fails-for-good':
      return { kind: 'failure', isFinal: true };
    case 'says-nothing':
      return result({});
    case 'asks-one':
      return result({ responses: [{ responseId: 'r0' }] });
    case 'asks-two':
      return result({ responses: [{ responseId: 'r0' }, { responseId: 'r1' }] });
    case 'talks':
      return result({ text: 'x'.repeat(TALK_LENGTH) });
    default:
      return assertNever(behaviour);
  }
}

const result = (value: JsonObject): Outcome => ({ kind: 'result', result: value });

// A definition of the reference model's generator (test/model), its nodes given what a real worker can run.
import type { AuthoredNode } from '../../src/definition/definition';
import { definitionFrom } from '../../test/model/definitions';
import type { Random } from '../random';
import { AGENTS, type Behaviour, type StormAgent, type Way } from './agents';
import { webhookConfig } from './node-calls';
import type { Shape } from './shape';

const TAPE_LENGTH = 250;
const SLAS_MS = [1, 40, 300, 1_000, 2_000, 5_000, 20_000, 3_600_000] as const;
const ATTEMPTS = [1, 2, 3, 3] as const;
const INTERVALS_MS = [10, 100, 500] as const;
const RUNTIMES_MS = [50, 500, 1_000, 1_600] as const;
const REMIND_EVERY_MS = [1_000, 1_500] as const;
const OUTLASTING = 0.02;
/** Slower ones are rare: an execution has many steps. */
const PATIENT_MS = 300;

type Weights<T> = readonly (readonly [number, T])[];
const WAYS: readonly [Weights<Way>, ...Weights<Way>[]] = [
  [
    [12, 'quick'],
    [1, 'module'],
  ],
  [
    [5, 'quick'],
    [3, 'module'],
    [1, 'http'],
    [1, 'elsewhere'],
  ],
];
const BEHAVIOURS: Weights<Behaviour> = [
  [3, 'scores'],
  [1, 'approves'],
  [2, 'votes'],
  [1, 'rejects'],
  [1, 'fails-once'],
  [1, 'fails-always'],
  [1, 'fails-for-good'],
  [1, 'says-nothing'],
  [1, 'talks'],
  [1, 'asks-one'],
];
const BLOCKING: Weights<Behaviour> = [
  [2, 'asks-two'],
  [1, 'asks-one'],
  [1, 'scores'],
  [1, 'votes'],
  [1, 'fails-once'],
];

/** Null when this one was broken on purpose. */
export function sketched(random: Random, host: string): Shape | null {
  const { authored, broken } = definitionFrom(Array.from({ length: TAPE_LENGTH }, () => random.whole(0, 9_999)));
  if (broken) return null;
  const ways = random.pick(WAYS);
  const edges = authored.edges.map(({ when, ...edge }) => (when === null ? edge : { ...edge, when }));
  return { nodes: authored.nodes.map((node) => dressed(node, { random, ways, host })), edges, groups: authored.groups };
}

interface Wardrobe {
  readonly random: Random;
  readonly ways: Weights<Way>;
  readonly host: string;
}

function dressed(node: AuthoredNode, wardrobe: Wardrobe): object {
  const { random, host } = wardrobe;
  const { nodeId, type } = node;
  const hasDeadline = node.slaMs !== undefined && random.chance(0.6);
  const base = { nodeId, type, ...(hasDeadline ? { slaMs: random.pick(SLAS_MS) } : {}) };
  switch (node.type) {
    case 'agent':
      return { ...base, config: agentConfig(node, wardrobe) };
    case 'human':
      return { ...base, config: humanConfig(node, random) };
    case 'webhook': {
      const mode = node.config?.mode ?? 'sync';
      const needsOutput = mode === 'sync' && node.requireNonEmptyOutput;
      const config = webhookConfig(random, mode, host);
      return { ...base, config, ...(needsOutput ? { requireNonEmptyOutput: true } : {}) };
    }
    default:
      return { ...base, config: MAIL };
  }
}

const MAIL = {
  channel: 'email',
  recipients: ['ann@acme.com'],
  subjectTemplate: 'about {{step.stepId}}',
  bodyTemplate: '{{step.stepId}}',
  format: 'text',
} as const;

function agentConfig({ config }: Extract<AuthoredNode, { type: 'agent' }>, { random, ways }: Wardrobe): object {
  const isBlocking = config?.blocking === true;
  const { agentId } = anyAgent(random, random.weighed(ways), random.weighed(isBlocking ? BLOCKING : BEHAVIOURS));
  return {
    agentId,
    ...(isBlocking ? { blocking: true, resolutionPolicy: config.resolutionPolicy } : {}),
    ...(config?.requireNonEmptyOutput ? { requireNonEmptyOutput: true } : {}),
    retry: {
      maxAttempts: random.pick(ATTEMPTS),
      initialIntervalMs: random.pick(INTERVALS_MS),
      backoffCoefficient: random.pick([1, 2]),
    },
    ...(random.chance(0.1) ? { agentMaxRuntimeMs: random.pick(RUNTIMES_MS) } : {}),
  };
}

function anyAgent(random: Random, way: Way, behaviour: Behaviour): StormAgent {
  const isOutlasting = way === 'quick' && random.chance(OUTLASTING);
  const msMax = isOutlasting || random.chance(0.25) ? Number.POSITIVE_INFINITY : PATIENT_MS;
  const said = isOutlasting ? 'scores' : behaviour;
  const fitting = AGENTS.filter((it) => it.way === way && it.behaviour === said && it.ms <= msMax);
  const [chosen] = random.shuffled(fitting);
  if (chosen === undefined) throw new Error(`the storm has no agent that ${said} by way of ${way}`);
  return chosen;
}

/** Reminders come after a second at the least. */
function humanConfig({ config }: Extract<AuthoredNode, { type: 'human' }>, random: Random): object {
  if (config === null) return {};
  const { remindAfterMs, remindEveryMs, maxReminders, reminderRecipients, ...people } = config;
  return {
    ...people,
    ...(remindAfterMs === undefined ? {} : { remindAfterMs: 1_000 }),
    ...(remindEveryMs === undefined ? {} : { remindEveryMs: random.pick(REMIND_EVERY_MS) }),
    ...(maxReminders === undefined ? {} : { maxReminders }),
    ...(reminderRecipients === undefined ? {} : { reminderRecipients }),
  };
}

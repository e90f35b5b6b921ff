// Chains of mostly quick agents beside each other, people, perhaps a group and a loop: what workflow tasks have most to do with.
import type { Random } from '../random';
import { agentId, type Behaviour, type Way } from './agents';
import { webhookConfig } from './node-calls';
import type { Shape } from './shape';

/** Of 100 nodes that a definition may have; groups and loops take the rest. */
const CHAINED_MAX = 70;
const PEOPLE_MAX = 12;
const REVIEWERS = ['ann', 'ben', 'cem'] as const;
const PACES_MS = [0, 2, 8, 20, 60] as const;
const BEHAVIOURS: readonly [Behaviour, ...Behaviour[]] = ['scores', 'scores', 'scores', 'fails-once', 'approves'];

interface Parts {
  readonly nodes: object[];
  readonly edges: object[];
  readonly groups: object[];
  readonly random: Random;
  /** How long most of its agents take. */
  readonly paceMs: number;
  readonly host: string;
}

export function chains(random: Random, host: string): Shape {
  const parts: Parts = { nodes: [], edges: [], groups: [], random, paceMs: random.pick(PACES_MS), host };
  const [count, length] = [random.whole(1, 5), random.whole(2, 12)];
  for (let chain = 0; chain < count; chain++) addChain(parts, `c${chain}`, length);
  const people = Math.min(random.whole(0, PEOPLE_MAX), Math.floor((CHAINED_MAX - parts.nodes.length) / 2));
  for (let person = 0; person < people; person++) addPerson(parts, person);
  if (random.chance(0.4)) addVote(parts);
  if (random.chance(0.4)) addLoop(parts);
  const { nodes, edges, groups } = parts;
  return { nodes, edges, groups };
}

function addChain(parts: Parts, name: string, length: number): void {
  for (let link = 0; link < length; link++) {
    parts.nodes.push(linkOf(parts, `${name}-${link}`));
    if (link > 0) parts.edges.push({ from: `${name}-${link - 1}`, to: `${name}-${link}`, on: 'always' });
  }
}

function linkOf({ random, paceMs, host }: Parts, nodeId: string): object {
  const kind = random.weighed([
    [80, 'quick'],
    [10, 'slow'],
    [6, 'human'],
    [4, 'webhook'],
  ] as const);
  switch (kind) {
    case 'quick': {
      const ms = random.chance(0.7) ? paceMs : random.pick([0, 8, 60, 200]);
      return agent(nodeId, agentId('quick', ms, random.pick(BEHAVIOURS)));
    }
    case 'slow': {
      const [way, ms, behaviour] = random.pick<readonly [Way, number, Behaviour]>([
        ['module', 5, 'scores'],
        ['module', 40, 'fails-once'],
        ['elsewhere', 30, 'scores'],
        ['http', 30, 'scores'],
      ]);
      return agent(nodeId, agentId(way, ms, behaviour));
    }
    case 'human':
      return human(nodeId, random.whole(1, 2), random.chance(0.3) ? random.pick([500, 2_000]) : null);
    default:
      return { nodeId, type: 'webhook', config: webhookConfig(random, random.pick(['sync', 'async']), host) };
  }
}

/** A review of its own, often with an agent after it. */
function addPerson({ nodes, edges, random }: Parts, person: number): void {
  const nodeId = `p${person}`;
  nodes.push(human(nodeId, random.whole(1, 3), random.chance(0.2) ? random.pick([300, 1_000, 3_000]) : null));
  if (random.chance(0.5)) return;
  nodes.push(agent(`${nodeId}-after`, agentId('quick', random.pick([0, 8, 20]), 'scores')));
  edges.push({ from: nodeId, to: `${nodeId}-after`, on: 'always' });
}

/** Two people and an agent, of whom some are enough, and join in one successor. */
function addVote({ nodes, edges, groups, random, paceMs }: Parts): void {
  const members = ['vote-1', 'vote-2', 'vote-3'];
  nodes.push(agent('draft', agentId('quick', paceMs, 'scores')), human('vote-1', 1, null), human('vote-2', 1, null));
  nodes.push(agent('vote-3', agentId('quick', paceMs, 'votes')), agent('publish', agentId('quick', paceMs, 'scores')));
  for (const member of members) edges.push({ from: 'draft', to: member }, { from: member, to: 'publish' });
  const quorum = random.whole(1, 3);
  const onQuorumMet = random.pick(['joinOnQuorum', 'joinOnQuorum', 'cancelOnQuorum', 'waitAll']);
  groups.push({ groupId: 'votes', memberNodeIds: members, expectedSteps: 3, quorum, onQuorumMet });
}

/** An agent that may reject sends its work back to another, a few times. */
function addLoop({ nodes, edges, random, paceMs }: Parts): void {
  nodes.push(
    agent('write', agentId('quick', paceMs, 'scores')),
    agent('check', agentId('quick', random.pick([0, 20]), 'votes')),
    agent('give-up', agentId('quick', paceMs, 'scores')),
  );
  edges.push(
    { from: 'write', to: 'check' },
    { from: 'check', to: 'write', on: 'reject', loop: { maxIterations: random.whole(1, 5) } },
    { from: 'check', to: 'give-up', on: 'exhausted' },
  );
}

const agent = (nodeId: string, id: string): object => ({
  nodeId,
  type: 'agent',
  config: { agentId: id, retry: { maxAttempts: 3, initialIntervalMs: 50 } },
});

const human = (nodeId: string, reviewers: number, slaMs: number | null): object => ({
  nodeId,
  type: 'human',
  config: { reviewers: REVIEWERS.slice(0, reviewers).map((userId) => ({ userId, mandatory: true })) },
  ...(slaMs === null ? {} : { slaMs }),
});

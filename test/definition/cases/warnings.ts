// Cases of the warnings: definitions that get one, and definitions that come close and do not.
import { agent, type Cases, edge, exhausted, group, human, loop, of, reject, webhook } from '../shapes';

const joined = {
  nodes: [human('a'), human('b'), agent('next')],
  edges: [edge('a', 'next'), edge('b', 'next')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
};
const memberOfJoining = (node: typeof agent | typeof human) => ({
  ...joined,
  nodes: [node('a'), node('b'), agent('next')],
  edges: ['a', 'b'].map((from) => edge(from, 'next', { on: 'always' })),
});
/** With a quorum of one: but the group's own edges ask for all. */
const judgedByEdges = {
  nodes: [human('a'), human('b'), agent('next')],
  edges: [edge(of('g'), 'next')],
  groups: [group({ quorum: 1 })],
};
const repeated = {
  nodes: [agent('w'), human('a'), human('b')],
  edges: [edge('w', of('g')), loop(of('g'), 'w')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
};
const timed = agent('a', {}, { slaMs: 5 });
const triggeredBy = (inboundWebhook: object) => ({
  nodes: [agent('a')],
  triggers: [{ triggerId: 't', inboundWebhook: { authMode: 'hmac', secret: '0123456789abcdef', ...inboundWebhook } }],
});

export const WARNING_CASES: Cases = {
  'missing-breach-edge': {
    broken: [
      { nodes: [timed] },
      { nodes: [timed, agent('b')], edges: [edge('a', 'b'), reject('a', 'b'), edge('a', 'b', { on: 'approve' })] },
      {
        nodes: [timed, agent('b'), agent('c')],
        edges: [edge('a', 'c'), edge('b', 'c', { on: 'always' })],
      },
      // Members that the group needs.
      { nodes: [timed, human('b')], groups: [group()] },
      { nodes: [timed, agent('b')], groups: [group({ quorum: 1, requiredNodeIds: ['a'] })] },
      { ...judgedByEdges, nodes: [timed, agent('b'), agent('next')] },
      { ...memberOfJoining(agent), nodes: [timed, agent('b'), agent('next')] },
      { ...repeated, nodes: [agent('w'), timed, agent('b')] },
    ],
    fine: [
      { nodes: [timed, agent('b')], edges: [edge('a', 'b', { when: 'step.status == "breached"' })] },
      { nodes: [timed, agent('b')], edges: [edge('a', 'b', { on: 'always' })] },
      { nodes: [agent('a')] },
      { nodes: [timed, human('b')], groups: [group({ quorum: 1 })] },
      { nodes: [timed, agent('b'), agent('c')], edges: [edge('a', 'c', { on: 'always' })], groups: [group()] },
      { nodes: [timed, agent('b'), agent('c')], edges: [edge(of('g'), 'c', { on: 'always' })], groups: [group()] },
      { nodes: [timed, agent('b'), agent('c')], edges: [reject(of('g'), 'c')], groups: [group()] },
    ],
  },
  'human-without-reject-route': {
    broken: [
      { nodes: [human('a')] },
      { nodes: [human('a'), agent('b')], edges: [edge('a', 'b'), edge('a', 'b', { on: 'approve' })] },
      // Members that the group needs.
      { nodes: [human('a'), human('b')], groups: [group()] },
      { nodes: [human('a'), human('b')], groups: [group({ quorum: 1, requiredNodeIds: ['b'] })] },
      judgedByEdges,
      joined,
      memberOfJoining(human),
    ],
    fine: [
      { nodes: [human('a'), agent('b')], edges: [reject('a', 'b')] },
      { nodes: [human('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] },
      { nodes: [human('a'), agent('b')], edges: [edge('a', 'b', { when: 'true' })] },
      { nodes: [agent('w'), human('a')], edges: [edge('w', 'a'), loop('a', 'w')] },
      { nodes: [human('a'), human('b')], groups: [group({ quorum: 1 })] },
      { nodes: [human('a'), agent('b'), agent('c')], edges: [reject('a', 'c')], groups: [group()] },
      { nodes: [human('a'), agent('b'), agent('c')], edges: [edge(of('g'), 'c', { on: 'always' })], groups: [group()] },
      { nodes: [human('a'), agent('b'), agent('c')], edges: [reject(of('g'), 'c')], groups: [group()] },
      repeated,
      { nodes: [agent('a')] },
    ],
  },
  'always-edge-from-human': {
    broken: [{ nodes: [human('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] }],
    fine: [
      { nodes: [human('a'), agent('b')], edges: [edge('a', 'b')] },
      { ...joined, groups: [group({ groupId: 'a' })], edges: [edge(of('a'), 'next', { on: 'always' })] },
      { nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] },
      memberOfJoining(human),
    ],
  },
  'always-edge-on-failure-prone': {
    broken: [{ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] }],
    fine: [
      { nodes: [human('a'), agent('b')], edges: [edge('a', 'b', { on: 'always' })] },
      { nodes: [agent('a'), agent('b')], edges: [edge('a', 'b')] },
      {
        nodes: [agent('a'), agent('b'), agent('next')],
        groups: [group({ groupId: 'a' })],
        edges: [edge(of('a'), 'next', { on: 'always' })],
      },
      memberOfJoining(agent),
    ],
  },
  'agent-not-registered': {
    broken: [{ nodes: [agent('unknown')] }],
    fine: [{ nodes: [agent('known'), human('a')] }],
  },
  'step-explosion': {
    broken: [diamonds(10), diamonds(33), loops(11), exits(20, 49), layers(25, 39)],
    fine: [
      diamonds(7),
      diamonds(10, 'joinOnQuorum'),
      diamonds(10, 'waitAll', true),
      loops(10),
      exits(20, 45),
      layers(27, 36),
    ],
  },
  'waitall-members-share-successor': {
    broken: [{ ...joined, groups: [group()] }],
    fine: [
      joined,
      { ...joined, groups: [group()], edges: [edge('a', 'next'), edge('a', 'next', { on: 'approve' })] },
      { ...joined, groups: [group()], edges: [edge(of('g'), 'next')] },
      { ...joined, groups: [group({ onQuorumMet: 'cancelOnQuorum', quorum: 1 })] },
    ],
  },
  'joinonquorum-member-edge-unreachable': {
    broken: [
      {
        ...joined,
        nodes: [...joined.nodes, agent('fix')],
        edges: [...joined.edges, reject('a', 'fix')],
      },
    ],
    fine: [
      joined,
      { ...joined, groups: [group()], edges: [reject('a', 'next')] },
      {
        nodes: [agent('w'), human('a'), human('b'), agent('x')],
        groups: [group({ groupId: 'a', onQuorumMet: 'joinOnQuorum' })],
        edges: [edge('w', of('a')), loop(of('a'), 'w'), exhausted(of('a'), 'x')],
      },
    ],
  },
  'non-empty-output-only-sync': {
    broken: [{ nodes: [webhook('a', { mode: 'async' }, { requireNonEmptyOutput: true })] }],
    fine: [
      { nodes: [webhook('a', { mode: 'async' })] },
      { nodes: [webhook('a', {}, { requireNonEmptyOutput: true })] },
      { nodes: [agent('a', { requireNonEmptyOutput: true })] },
    ],
  },
  'trigger-ignores-every-event': {
    broken: [triggeredBy({ provider: 'custom', signatureHeader: 'x-signature', allowedEvents: ['paid'] })],
    fine: [
      triggeredBy({ provider: 'custom', signatureHeader: 'x-signature' }),
      triggeredBy({
        provider: 'custom',
        signatureHeader: 'x-signature',
        allowedEvents: ['paid'],
        eventNameHeader: 'x-event',
      }),
      triggeredBy({ provider: 'github', allowedEvents: ['push'] }),
      { nodes: [agent('a')], triggers: [{ triggerId: 't' }] },
    ],
  },
};

/** `count` diamonds in a row: two to the count ways through, unless each diamond joins. */
function diamonds(count: number, onQuorumMet?: string, isCollective = false) {
  const nodes: object[] = [agent('n0')];
  const edges: object[] = [];
  const groups: object[] = [];
  for (let i = 0; i < count; i++) {
    const members = [`l${i}`, `r${i}`];
    nodes.push(agent(`l${i}`), agent(`r${i}`), agent(`n${i + 1}`));
    for (const member of members) {
      edges.push(edge(`n${i}`, member));
      if (!isCollective) edges.push(edge(member, `n${i + 1}`));
    }
    if (isCollective) edges.push(edge(of(`g${i}`), `n${i + 1}`));
    const rest = { memberNodeIds: members, expectedSteps: 2, quorum: 2, onQuorumMet };
    if (onQuorumMet) groups.push({ groupId: `g${i}`, ...rest });
  }
  return { nodes, edges, groups };
}

/** 49 loops of two nodes beside each other. */
function loops(maxIterations: number) {
  const numbers = Array.from({ length: 49 }, (_, i) => i);
  return {
    nodes: numbers.flatMap((i) => [agent(`w${i}`), human(`h${i}`)]),
    edges: numbers.flatMap((i) => [edge(`w${i}`, `h${i}`), loop(`h${i}`, `w${i}`, maxIterations)]),
  };
}

/** What follows a loop can be started by each of its iterations. */
function exits(maxIterations: number, count: number) {
  const after = Array.from({ length: count }, (_, i) => agent(`x${i}`));
  return {
    nodes: [agent('w'), human('h'), ...after],
    edges: [edge('w', 'h'), loop('h', 'w', maxIterations), ...after.map(({ nodeId }) => edge('h', nodeId))],
  };
}

/** A node that starts a layer, each of whose nodes starts all of the next: 1,000 steps and 1,001 are close. */
function layers(first: number, second: number) {
  const idsOf = (layer: string, size: number) => Array.from({ length: size }, (_, i) => `${layer}${i}`);
  const [middle, last] = [idsOf('m', first), idsOf('l', second)];
  return {
    nodes: ['root', ...middle, ...last].map((nodeId) => agent(nodeId)),
    edges: [edge('root', of('middle')), ...middle.map((nodeId) => edge(nodeId, of('last')))],
    groups: [
      { groupId: 'middle', memberNodeIds: middle, expectedSteps: 1, quorum: 1 },
      { groupId: 'last', memberNodeIds: last, expectedSteps: 1, quorum: 1 },
    ],
  };
}

// Cases of the rules about nodes and the whole graph.
import { agent, type Cases, edge, exhausted, group, human, loop, of, reject } from '../shapes';

const pair = { nodes: [human('a'), human('b')] };

export const NODE_CASES: Cases = {
  'duplicate-node-id': {
    broken: [{ nodes: [agent('a'), agent('a')] }, { nodes: [agent('a'), human('a'), agent('a')] }],
    fine: [{ nodes: [agent('a'), agent('A')] }, { nodes: [agent('__proto__'), agent('constructor')] }],
  },
  'cycle-detected': {
    broken: [
      { nodes: [agent('a'), agent('b'), agent('c')], edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'b')] },
      { nodes: [agent('a')], edges: [edge('a', 'a')] },
      {
        nodes: ['a', 'b', 'c', 'd', 'e'].map((id) => agent(id)),
        edges: [edge('a', 'b'), edge('b', 'a'), edge('b', 'c'), edge('c', 'd'), edge('d', 'e'), edge('e', 'c')],
      },
      {
        nodes: [agent('r'), human('a'), human('b'), agent('c')],
        edges: [edge('r', of('g')), edge(of('g'), 'c'), edge('c', 'a')],
        groups: [group()],
      },
      {
        nodes: [agent('r'), agent('w'), human('h')],
        edges: [edge('r', 'w'), edge('w', 'h'), loop('h', 'w'), exhausted('h', 'w')],
      },
      { nodes: [agent('__proto__'), agent('b')], edges: [edge('__proto__', 'b'), edge('b', '__proto__')] },
    ],
    fine: [
      { nodes: [agent('a'), agent('b'), agent('c')], edges: [edge('a', 'b'), edge('a', 'c'), edge('b', 'c')] },
      { nodes: [agent('a'), human('b')], edges: [edge('a', 'b'), loop('b', 'a')] },
      { nodes: [agent('a'), human('b')], edges: [edge('a', 'b'), reject('b', 'a')] },
    ],
  },
  'unreachable-node': {
    broken: [
      { nodes: [agent('root'), agent('a'), agent('b')], edges: [edge('a', 'b'), edge('b', 'a')] },
      { nodes: [agent('root'), agent('a')], edges: [exhausted('a', 'a')] },
    ],
    fine: [
      { nodes: [agent('a'), agent('b')] },
      { nodes: [agent('a'), human('b'), agent('x')], edges: [edge('a', 'b'), loop('b', 'a'), exhausted('b', 'x')] },
      { ...pair, nodes: [...pair.nodes, agent('c')], edges: [edge(of('g'), 'c')], groups: [group()] },
      { nodes: [agent('r'), ...pair.nodes], edges: [edge('r', of('g'))], groups: [group()] },
    ],
  },
  'no-root-node': {
    broken: [
      { nodes: [agent('a'), agent('b')], edges: [edge('a', 'b'), edge('b', 'a')] },
      { nodes: [agent('a')], edges: [exhausted('a', 'a')] },
    ],
    fine: [
      { nodes: [agent('a'), agent('b')], edges: [edge('a', 'b')] },
      { nodes: [agent('a'), human('b')], edges: [edge('a', 'b'), loop('b', 'a')] },
    ],
  },
  'node-missing-config': {
    broken: [{ nodes: [{ nodeId: 'a', type: 'agent' }] }, { nodes: [{ nodeId: 'a', type: 'human', config: null }] }],
    fine: [{ nodes: [agent('a')] }],
  },
  'reserved-id': {
    broken: [
      { nodes: [agent('a__to__b')] },
      { nodes: [agent('a_iter_2')] },
      { ...pair, groups: [group({ groupId: 'g__to__h' })] },
      { ...pair, groups: [group({ groupId: 'g_iter_10' })] },
      { nodes: [agent('a__to')] },
      { nodes: [agent('a__to_')] },
    ],
    fine: [
      { nodes: [agent('a_to_b'), agent('iter_x'), agent('_iter_2b'), agent('a_iter_')] },
      { nodes: [agent('a_to'), agent('to__b'), agent('_to__b'), agent('__to_b')] },
      { ...pair, groups: [group({ groupId: 'g_to_h' })] },
    ],
  },
  'definition-too-large': {
    broken: [
      {
        nodes: [agent('a'), agent('b')],
        edges: Array.from({ length: 200 }, (_, i) =>
          edge('a', 'b', { when: `${'!!!!!!!!!!!!!!!!!!!!!!!!!!!!1||'.repeat(30)}${i}` }),
        ),
      },
      {
        nodes: [agent('r'), ...Array.from({ length: 99 }, (_, i) => agent(`n${i}`))],
        edges: Array.from({ length: 400 }, () => edge('r', of('g'))),
        groups: [
          group({ memberNodeIds: Array.from({ length: 99 }, (_, i) => `n${i}`), expectedSteps: 99, quorum: 99 }),
        ],
      },
    ],
    fine: [
      {
        nodes: [agent('a'), agent('b')],
        edges: Array.from({ length: 500 }, (_, i) =>
          edge('a', 'b', { when: `output.score >= 0.8 && output.n == ${i}` }),
        ),
      },
      {
        nodes: [agent('r'), ...Array.from({ length: 99 }, (_, i) => agent(`n${i}`))],
        edges: Array.from({ length: 40 }, () => edge('r', of('g'))),
        groups: [
          group({ memberNodeIds: Array.from({ length: 99 }, (_, i) => `n${i}`), expectedSteps: 99, quorum: 99 }),
        ],
      },
    ],
  },
};

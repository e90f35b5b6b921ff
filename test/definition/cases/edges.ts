// Cases of the rules about edges.
import { agent, type Cases, edge, exhausted, group, human, loop, of, reject } from '../shapes';

const two = [agent('a'), agent('b')];
const grouped = {
  nodes: [human('a'), human('b'), agent('c')],
  groups: [group()],
};
const revised = { nodes: [agent('w'), human('h'), agent('x'), agent('y')] };

export const EDGE_CASES: Cases = {
  'dangling-edge': {
    broken: [
      { nodes: [agent('a')], edges: [edge('a', 'ghost')] },
      { nodes: [agent('a')], edges: [edge('ghost', 'a')] },
      { nodes: [agent('a')], edges: [{ from: { kind: 'node', nodeId: 'ghost' }, to: 'a' }] },
      { ...grouped, edges: [edge(of('a'), 'c')] },
      { ...grouped, edges: [edge('g', 'c')] },
      { ...grouped, edges: [edge('c', of('toString'))] },
      { nodes: [agent('a')], edges: [edge('a', '__proto__')] },
      { nodes: [agent('a')], edges: [loop('a', 'ghost')] },
    ],
    fine: [
      { nodes: two, edges: [{ from: { kind: 'node', nodeId: 'a' }, to: 'b' }] },
      { ...grouped, edges: [edge(of('g'), 'c')] },
      { nodes: [agent('__proto__'), agent('constructor')], edges: [edge('__proto__', 'constructor')] },
    ],
  },
  'edge-reject-cycle-requires-loop': {
    broken: [
      { nodes: [agent('a'), human('b')], edges: [edge('a', 'b'), reject('b', 'a')] },
      {
        nodes: [agent('r'), agent('a'), agent('b')],
        edges: [edge('r', 'a'), reject('a', 'b'), reject('b', 'a')],
      },
      { nodes: [human('a')], edges: [reject('a', 'a')] },
      { ...grouped, edges: [edge('c', of('g')), reject(of('g'), 'c')] },
      {
        nodes: [agent('w'), human('h'), human('x')],
        edges: [edge('w', 'h'), loop('h', 'w'), exhausted('h', 'x'), reject('x', 'w')],
      },
      // One member of the group is enough to close the cycle.
      { ...grouped, edges: [edge('a', 'c'), reject('c', of('g'))] },
      { ...grouped, edges: [edge('c', 'a'), reject(of('g'), 'c')] },
    ],
    fine: [
      { nodes: [human('a'), agent('b')], edges: [reject('a', 'b')] },
      { nodes: [agent('a'), human('b')], edges: [edge('a', 'b'), loop('b', 'a')] },
    ],
  },
  'edge-custom-requires-when': {
    broken: [{ nodes: two, edges: [edge('a', 'b', { on: 'custom' })] }],
    fine: [{ nodes: two, edges: [edge('a', 'b', { on: 'custom', when: 'true' })] }],
  },
  'edge-when-only-for-custom': {
    broken: ['approve', 'reject', 'always', 'exhausted'].map((on) => ({
      nodes: two,
      edges: [edge('a', 'b', { on, when: 'true' })],
    })),
    fine: [
      { nodes: two, edges: [edge('a', 'b', { when: 'true' })] },
      { nodes: two, edges: [edge('a', 'b', { on: 'custom', when: 'true' })] },
      { nodes: two, edges: [edge('a', 'b', { on: 'approve' })] },
    ],
  },
  'edge-when-invalid': {
    broken: [
      { nodes: two, edges: [edge('a', 'b', { when: 'output.a ==' })] },
      { nodes: two, edges: [edge('a', 'b'), edge('a', 'b', { when: '{"op":"nor","args":[]}' })] },
      {
        nodes: two,
        edges: Array.from({ length: 60 }, (_, i) =>
          edge('a', 'b', { when: `regex(output.a, "${'x'.repeat(60)}${i}")` }),
        ),
      },
      { nodes: two, edges: [edge('a', 'b', { when: regexes(40) }), edge('a', 'b', { when: 'nonsense(' })] },
    ],
    fine: [
      { nodes: two, edges: [edge('a', 'b', { when: '{"op":"not","args":[true]}' })] },
      {
        nodes: two,
        edges: Array.from({ length: 500 }, () => edge('a', 'b', { when: 'regex(output.a, "same text")' })),
      },
      {
        nodes: two,
        edges: Array.from({ length: 100 }, (_, i) => edge('a', 'b', { when: `regex(output.a, "urgent${i}")` })),
      },
    ],
  },
  'edge-loop-requires-reject': {
    broken: [undefined, 'approve', 'always', 'exhausted'].map((on) => ({
      ...revised,
      edges: [edge('w', 'h'), edge('h', 'w', { on, loop: { maxIterations: 2 } })],
    })),
    fine: [{ ...revised, edges: [edge('w', 'h'), loop('h', 'w')] }],
  },
  'edge-loop-requires-back-edge': {
    broken: [
      { ...revised, edges: [edge('w', 'h'), loop('h', 'x')] },
      { ...revised, edges: [loop('h', 'h')] },
      { ...grouped, edges: [edge(of('g'), 'c'), loop('c', of('g'))] },
      { ...grouped, groups: [group({ onQuorumMet: 'joinOnQuorum' })], edges: [loop(of('g'), 'c')] },
      {
        nodes: [human('a')],
        groups: [group({ memberNodeIds: ['a'], expectedSteps: 1, quorum: 1, onQuorumMet: 'joinOnQuorum' })],
        edges: [loop(of('g'), 'a')],
      },
    ],
    fine: [
      { ...revised, edges: [edge('w', 'h'), loop('h', 'w')] },
      { ...grouped, groups: [group({ onQuorumMet: 'joinOnQuorum' })], edges: [edge('c', of('g')), loop(of('g'), 'c')] },
      { ...revised, edges: [loop('h', 'ghost')] },
      { ...grouped, groups: [group({ onQuorumMet: 'joinOnQuorum' })], edges: [edge('a', 'b'), loop(of('g'), 'a')] },
      { ...grouped, edges: [loop(of('g'), of('g'))] },
    ],
  },
  'edge-exhausted-requires-loop-sibling': {
    broken: [
      { nodes: two, edges: [exhausted('a', 'b')] },
      { ...revised, edges: [edge('w', 'h'), loop('h', 'w'), exhausted('w', 'x')] },
      { ...revised, edges: [edge('w', 'h'), loop('h', 'w'), exhausted('h', 'x'), exhausted('h', 'y')] },
      {
        ...grouped,
        nodes: [...revised.nodes, ...grouped.nodes],
        edges: [edge('w', 'h'), loop('h', 'w'), exhausted('h', of('g'))],
      },
      {
        nodes: [agent('w'), human('g'), human('b')],
        groups: [group({ memberNodeIds: ['g', 'b'], onQuorumMet: 'joinOnQuorum' })],
        edges: [edge('w', of('g')), loop(of('g'), 'w'), exhausted('g', 'b')],
      },
    ],
    fine: [
      { ...revised, edges: [edge('w', 'h'), loop('h', 'w'), exhausted('h', 'x')] },
      { ...revised, edges: [edge('w', 'h'), exhausted('h', 'x'), loop({ kind: 'node', nodeId: 'h' }, 'w')] },
      { ...revised, edges: [edge('w', 'h'), loop('h', 'w')] },
      {
        ...grouped,
        nodes: [...grouped.nodes, agent('x')],
        groups: [group({ onQuorumMet: 'joinOnQuorum' })],
        edges: [edge('c', of('g')), loop(of('g'), 'c'), exhausted(of('g'), 'x')],
      },
    ],
  },
  'edge-group-to-group-forbidden': {
    broken: [
      {
        nodes: [human('a'), human('b'), human('c'), human('d')],
        groups: [group(), group({ groupId: 'h', memberNodeIds: ['c', 'd'] })],
        edges: [edge(of('g'), of('h'))],
      },
      { ...grouped, edges: [edge(of('g'), of('g'))] },
    ],
    fine: [
      { ...grouped, edges: [edge(of('g'), 'c')] },
      { ...grouped, edges: [edge('c', of('g'))] },
    ],
  },
  'edge-custom-from-group-forbidden': {
    broken: [
      { ...grouped, edges: [edge(of('g'), 'c', { when: 'true' })] },
      { ...grouped, edges: [edge(of('g'), 'c', { on: 'custom', when: 'true' })] },
    ],
    fine: [
      { ...grouped, edges: [edge(of('g'), 'c', { on: 'always' })] },
      { ...grouped, edges: [edge('c', of('g'), { when: 'true' })] },
    ],
  },
};

function regexes(count: number): string {
  return Array.from({ length: count }, (_, i) => `regex(output.a, "${String.fromCharCode(0x100 + i)}\\\\pL{3}")`)
    .slice(0, 25)
    .join('||');
}

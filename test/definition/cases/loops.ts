// Cases of the rules about loops.
import { agent, type Cases, edge, exhausted, group, human, loop, of, reject } from '../shapes';

const nodes = [agent('w'), agent('p'), human('h'), agent('x'), agent('y')];
const sequence = [edge('w', 'p'), edge('p', 'h'), loop('h', 'w')];
const bounded = {
  nodes: [agent('w'), human('a'), human('b'), agent('x'), agent('y')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
  edges: [edge('w', of('g')), loop(of('g'), 'w')],
};

export const LOOP_CASES: Cases = {
  'loop-node-in-multiple-loops': {
    broken: [
      { nodes, edges: [...sequence, loop('p', 'w')] },
      { nodes, edges: [...sequence, edge('h', 'x'), loop('x', 'h')] },
      { nodes, edges: [...sequence, loop('h', 'p')] },
      { nodes, edges: [...sequence, loop('h', 'w')] },
    ],
    fine: [
      { nodes, edges: [edge('w', 'p'), loop('p', 'w'), edge('p', 'x'), edge('x', 'y'), loop('y', 'x')] },
      { nodes, edges: sequence },
    ],
  },
  'loop-body-must-have-single-terminal': {
    broken: [
      { nodes, edges: [edge('w', 'p'), edge('w', 'x'), edge('p', 'h'), edge('x', 'h'), loop('h', 'w')] },
      { nodes, edges: [...sequence, edge('p', 'x'), edge('h', 'y')] },
      { nodes, edges: [...sequence, edge('x', 'p')] },
      { nodes, edges: [...sequence, edge('x', 'y'), edge('y', 'h', { on: 'always' })] },
      {
        nodes,
        edges: sequence,
        groups: [group({ memberNodeIds: ['p', 'x'] })],
      },
      { ...bounded, edges: [edge('w', 'a'), edge('y', 'b'), loop(of('g'), 'w')] },
      { ...bounded, edges: [...bounded.edges, edge('w', 'x')] },
      { ...bounded, edges: [...bounded.edges, edge('y', 'a')] },
      {
        nodes: [agent('w'), human('h'), agent('x'), human('i'), agent('y')],
        edges: [edge('w', 'h'), loop('h', 'w'), exhausted('h', 'i'), edge('h', 'x'), edge('x', 'i'), loop('i', 'x')],
      },
      {
        ...bounded,
        nodes: [...bounded.nodes, agent('k'), agent('l')],
        groups: [...bounded.groups, group({ groupId: 'other', memberNodeIds: ['k', 'l'] })],
        edges: [edge('w', of('other')), edge('k', of('g')), edge('l', of('g')), loop(of('g'), 'w')],
      },
    ],
    fine: [
      { nodes, edges: sequence },
      { nodes, edges: [...sequence, edge('h', 'x'), edge('h', 'y'), exhausted('h', 'y')] },
      { nodes, edges: [...sequence, edge('p', 'x')] },
      { nodes, edges: [...sequence, edge('x', 'w'), edge('y', 'w')] },
      { nodes, edges: [edge('w', 'p'), edge('w', 'p', { on: 'approve' }), edge('p', 'h'), loop('h', 'w')] },
      bounded,
      { ...bounded, edges: [...bounded.edges, edge('a', 'x'), edge('b', 'x'), edge(of('g'), 'y')] },
      { ...bounded, edges: [edge('w', of('g')), loop(of('g'), 'x')] },
      {
        ...bounded,
        edges: [edge('w', 'x'), edge('w', 'y'), edge('x', 'a'), edge('y', 'b'), loop(of('g'), 'w')],
      },
    ],
  },
  'loop-group-bounded-quorum-must-equal-expected': {
    broken: [{ ...bounded, groups: [group({ onQuorumMet: 'joinOnQuorum', quorum: 1 })] }],
    fine: [
      bounded,
      { ...bounded, groups: [group({ onQuorumMet: 'joinOnQuorum', expectedSteps: 1, quorum: 1 })] },
      {
        ...bounded,
        groups: [group({ onQuorumMet: 'joinOnQuorum', quorum: 1 })],
        edges: [edge('w', of('g')), edge('a', 'x'), edge('b', 'x'), reject('x', 'y')],
      },
    ],
  },
};

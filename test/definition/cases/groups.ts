// Cases of the rules about groups.
import { agent, type Cases, edge, group, human, loop, of, reject } from '../shapes';

const pair = { nodes: [human('a'), human('b')] };
const four = { nodes: [human('a'), human('b'), human('c'), human('d')] };
const trio = {
  nodes: [human('a'), human('b'), human('c')],
  groups: [group({ memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3 })],
};
const joined = {
  nodes: [human('a'), human('b'), agent('next')],
  edges: [edge('a', 'next'), edge('b', 'next')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
};
const followed = (onQuorumMet: string, leaving: object) => ({
  nodes: [agent('w'), human('a'), human('b'), agent('c')],
  edges: [edge('w', of('g')), leaving],
  groups: [group({ onQuorumMet, quorum: onQuorumMet === 'cancelOnQuorum' ? 1 : 2 })],
});

export const GROUP_CASES: Cases = {
  'group-duplicate-id': {
    broken: [{ ...four, groups: [group(), group({ memberNodeIds: ['c', 'd'] })] }],
    fine: [
      { ...pair, groups: [group()] },
      { ...pair, groups: [group({ groupId: 'a' })] },
    ],
  },
  'group-members-empty': {
    broken: [{ ...pair, groups: [group({ memberNodeIds: [] })] }],
    fine: [{ ...pair, groups: [group()] }],
  },
  'group-member-missing': {
    broken: [
      { ...pair, groups: [group({ memberNodeIds: ['a', 'ghost'] })] },
      { ...pair, groups: [group({ memberNodeIds: ['a', 'a'] })] },
      { ...pair, groups: [group({ memberNodeIds: ['a', '__proto__'] })] },
    ],
    fine: [{ ...pair, groups: [group()] }],
  },
  'group-expected-steps-invalid': {
    broken: [
      { ...pair, groups: [group({ expectedSteps: 0, quorum: 0 })] },
      { ...pair, groups: [group({ expectedSteps: 3 })] },
    ],
    fine: [
      { ...pair, groups: [group({ expectedSteps: 1, quorum: 1 })] },
      { ...pair, groups: [group()] },
    ],
  },
  'group-quorum-invalid': {
    broken: [
      { ...pair, groups: [group({ quorum: 0 })] },
      { ...pair, groups: [group({ quorum: 3 })] },
    ],
    fine: [
      { ...pair, groups: [group({ quorum: 1 })] },
      { ...pair, groups: [group({ quorum: 2 })] },
    ],
  },
  'group-joinonquorum-members-must-share-successors': {
    broken: [
      { ...joined, edges: [edge('a', 'next')] },
      { ...joined, nodes: [...joined.nodes, agent('other')], edges: [edge('a', 'next'), edge('b', 'other')] },
      // A reject of a member is never taken, so this one leads nowhere.
      { ...joined, edges: [edge('a', 'next'), reject('b', 'next')] },
    ],
    fine: [
      joined,
      { ...joined, edges: [edge(of('g'), 'next')] },
      { ...joined, groups: [group()], edges: [edge('a', 'next')] },
      { ...joined, edges: [edge('a', 'next'), edge('a', 'next', { on: 'approve' }), edge('b', 'next')] },
      { ...joined, nodes: [...joined.nodes, agent('fix')], edges: [...joined.edges, reject('b', 'fix')] },
      { ...pair, groups: [group({ onQuorumMet: 'joinOnQuorum' })] },
      { ...joined, groups: [group({ memberNodeIds: ['a', 'ghost', 'b'], onQuorumMet: 'joinOnQuorum' })] },
      {
        nodes: [...four.nodes, agent('x'), agent('y')],
        edges: [edge('a', of('h')), edge('b', 'd'), edge('b', 'c')],
        groups: [group({ onQuorumMet: 'joinOnQuorum' }), group({ groupId: 'h', memberNodeIds: ['c', 'd'] })],
      },
    ],
  },
  'group-node-in-multiple-groups': {
    broken: [
      { ...pair, groups: [group(), group({ groupId: 'h' })] },
      { ...trio, groups: [...trio.groups, group({ groupId: 'h', memberNodeIds: ['c'], expectedSteps: 1, quorum: 1 })] },
    ],
    fine: [{ ...four, groups: [group(), group({ groupId: 'h', memberNodeIds: ['c', 'd'] })] }],
  },
  'group-cancelonquorum-requires-quorum-lt-expected': {
    broken: [{ ...pair, groups: [group({ onQuorumMet: 'cancelOnQuorum' })] }],
    fine: [
      { ...pair, groups: [group({ onQuorumMet: 'cancelOnQuorum', quorum: 1 })] },
      { ...pair, groups: [group({ onQuorumMet: 'joinOnQuorum' })] },
      { ...pair, groups: [group({ onQuorumMet: 'waitAll' })] },
    ],
  },
  'group-required-not-in-members': {
    broken: [
      { ...four, groups: [group({ requiredNodeIds: ['c'] })] },
      { ...pair, groups: [group({ requiredNodeIds: ['a', 'constructor'] })] },
    ],
    fine: [
      { ...pair, groups: [group({ requiredNodeIds: ['a', 'b'] })] },
      { ...pair, groups: [group({ requiredNodeIds: null })] },
    ],
  },
  'group-required-exceeds-quorum': {
    broken: [{ ...pair, groups: [group({ quorum: 1, requiredNodeIds: ['a', 'b'] })] }],
    fine: [
      { ...pair, groups: [group({ quorum: 1, requiredNodeIds: ['a', 'a'] })] },
      { ...pair, groups: [group({ quorum: 2, requiredNodeIds: ['a', 'b'] })] },
    ],
  },
  'group-from-reject-requires-loop': {
    broken: ['joinOnQuorum', 'cancelOnQuorum'].map((policy) => followed(policy, reject(of('g'), 'c'))),
    fine: [
      followed('waitAll', reject(of('g'), 'c')),
      followed('joinOnQuorum', edge(of('g'), 'c', { on: 'approve' })),
      followed('cancelOnQuorum', edge(of('g'), 'c')),
      followed('joinOnQuorum', loop(of('g'), 'w')),
      followed('cancelOnQuorum', reject('a', 'c')),
    ],
  },
  'group-from-loop-requires-joinonquorum': {
    broken: ['waitAll', 'cancelOnQuorum'].map((policy) => followed(policy, loop(of('g'), 'w'))),
    fine: [followed('joinOnQuorum', loop(of('g'), 'w')), followed('waitAll', reject(of('g'), 'c'))],
  },
};

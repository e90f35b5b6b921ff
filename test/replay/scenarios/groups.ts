// Stories of groups: every policy with quorum and without, late members, and edges of the group itself.
import { agent, edge, human, type Shape, toGroup } from '../../engine/scene';
import type { Scenario, Story } from './scenario';

const POLICIES = ['waitAll', 'cancelOnQuorum', 'joinOnQuorum'] as const;
const end = async (it: Story) => {
  await it.ended();
};
const cancel = async (it: Story) => {
  await it.cancel();
  await it.ended();
};
const trio = (onQuorumMet: string, edges: object[], rest: object = {}): Shape => ({
  nodes: [...['a', 'b', 'c'].map((id) => human(id, ['ada'])), human('next', ['ada'])],
  edges,
  groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3, quorum: 2, onQuorumMet, ...rest }],
});
const own = ['a', 'b', 'c'].map((from) => edge(from, 'next'));

const of = (policy: (typeof POLICIES)[number]): readonly Scenario[] => [
  {
    name: 'meets-its-quorum',
    shape: trio(policy, own),
    play: async (it) => {
      await it.approve('b');
      await it.approve('a');
      if (policy === 'waitAll') await it.approve('c');
      await it.step('next');
      await cancel(it);
    },
  },
  {
    name: 'meets-its-quorum-after-a-reject',
    shape: trio(policy, own),
    play: async (it) => {
      await it.reject('b');
      await it.approve('a');
      await it.approve('c');
      await it.step('next');
      await cancel(it);
    },
  },
  {
    name: 'is-rejected-without-quorum',
    shape: trio(policy, own),
    play: async (it) => {
      await it.reject('b');
      await it.reject('a');
      await it.approve('c');
      await end(it);
    },
  },
  {
    name: 'waits-for-its-required-member',
    shape: trio(policy, own, { quorum: 1, requiredNodeIds: ['c'] }),
    play: async (it) => {
      await it.approve('a');
      await it.approve('c');
      await it.step('next');
      await cancel(it);
    },
  },
  {
    name: 'leads-on-by-an-edge-of-its-own',
    shape: trio(policy, [edge(toGroup('g'), 'next', { on: 'approve' })]),
    play: async (it) => {
      for (const id of policy === 'waitAll' ? ['a', 'b', 'c'] : ['a', 'b']) await it.approve(id);
      await it.approve('next');
      await end(it);
    },
  },
  {
    name: 'leads-on-by-an-always-edge',
    shape: trio(policy, [edge(toGroup('g'), 'next', { on: 'always' })]),
    play: async (it) => {
      for (const id of ['a', 'b', 'c']) await it.reject(id);
      await it.approve('next');
      await end(it);
    },
  },
  {
    name: 'is-cancelled-member-by-member',
    shape: trio(policy, own),
    play: async (it) => {
      for (const id of ['a', 'b', 'c']) await it.cancelStep(id);
      await end(it);
    },
  },
  {
    name: 'has-a-member-that-comes-late',
    shape: {
      nodes: [human('a', ['ada']), human('gate', ['ada']), human('b', ['ada'])],
      edges: [edge('gate', 'b')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: policy }],
    },
    play: async (it) => {
      await it.approve('a');
      await it.approve('gate');
      if (policy === 'waitAll') await it.approve('b');
      await end(it);
    },
  },
  {
    name: 'is-started-by-one-edge-and-has-agents',
    shape: {
      nodes: [
        agent('start', { agentId: 'ok' }),
        agent('a', { agentId: 'approve' }),
        agent('b', { agentId: 'approve' }),
        agent('c', { agentId: 'reject' }),
        agent('next', { agentId: 'ok' }),
      ],
      edges: [edge('start', toGroup('g')), edge(toGroup('g'), 'next', { on: 'always' })],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3, quorum: 2, onQuorumMet: policy }],
    },
    play: end,
  },
];

const waitAllRejects: Scenario = {
  name: 'group-waitAll-leads-on-by-its-reject-edge',
  shape: trio('waitAll', [edge(toGroup('g'), 'next', { on: 'reject' })]),
  play: async (it) => {
    await it.approve('a');
    await it.reject('b');
    await it.approve('c');
    await it.approve('next');
    await end(it);
  },
};
const breached: Scenario = {
  name: 'group-has-a-member-that-breaches',
  shape: {
    nodes: [human('a', ['ada'], { slaMs: 50 }), human('b', ['ada'])],
    groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1 }],
  },
  play: async (it) => {
    await it.step('a', 'breached');
    await it.approve('b');
    await end(it);
  },
};

export const GROUP_SCENARIOS: readonly Scenario[] = [
  ...POLICIES.flatMap((policy) =>
    of(policy).map((scenario) => ({ ...scenario, name: `group-${policy}-${scenario.name}` })),
  ),
  waitAllRejects,
  breached,
];

// Stories of reject loops: taken, exhausted, over a group, and restarted with work still open.
import { agent, edge, human, loopEdge, type Shape, toGroup } from '../../engine/scene';
import type { Scenario, Story } from './scenario';

const revision = (max: number, extra: { nodes?: object[]; edges?: object[] } = {}, draft: object = {}): Shape => ({
  nodes: [agent('draft', { agentId: 'ok', ...draft }), human('review', ['ada']), ...(extra.nodes ?? [])],
  edges: [edge('draft', 'review'), loopEdge('review', 'draft', max), ...(extra.edges ?? [])],
});
const panel = (max: number, extra: { nodes?: object[]; edges?: object[] } = {}): Shape => ({
  nodes: [agent('draft', { agentId: 'ok' }), human('a', ['ada']), human('b', ['ada']), ...(extra.nodes ?? [])],
  edges: [edge('draft', 'a'), edge('draft', 'b'), loopEdge(toGroup('g'), 'draft', max), ...(extra.edges ?? [])],
  groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2, onQuorumMet: 'joinOnQuorum' }],
});
/** Rejects the newest review once it is that of this iteration. */
async function rejectIn(it: Story, iteration: number, nodeId = 'review'): Promise<void> {
  for (;;) {
    const { steps } = await it.view();
    if (steps.filter((step) => step.nodeId === nodeId).length === iteration) break;
  }
  await it.reject(nodeId);
}
const escalation = { nodes: [human('escalate', ['ada'])] };

const told: readonly Scenario[] = [
  {
    name: 'approved-in-the-second-iteration',
    shape: revision(3),
    play: async (it) => {
      await rejectIn(it, 1);
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'exhausted',
    shape: revision(2),
    play: async (it) => {
      await rejectIn(it, 1);
      await rejectIn(it, 2);
      await it.ended();
    },
  },
  {
    name: 'exhausted-and-led-out',
    shape: revision(2, { ...escalation, edges: [edge('review', 'escalate', { on: 'exhausted' })] }),
    play: async (it) => {
      await rejectIn(it, 1);
      await rejectIn(it, 2);
      await it.approve('escalate');
      await it.ended();
    },
  },
  {
    name: 'taken-by-a-forced-reject',
    shape: revision(2),
    play: async (it) => {
      await it.step('review');
      await it.override('review', 'force-reject');
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'of-a-group-approved-in-the-second-iteration',
    shape: panel(2),
    play: async (it) => {
      await rejectIn(it, 1, 'a');
      await it.approve('b');
      for (const id of ['a', 'b']) await it.approve(id);
      await it.ended();
    },
  },
  {
    name: 'of-a-group-exhausted',
    shape: panel(1),
    play: async (it) => {
      await rejectIn(it, 1, 'a');
      await it.approve('b');
      await it.ended();
    },
  },
  {
    name: 'of-a-group-exhausted-and-led-out',
    shape: panel(1, { ...escalation, edges: [edge(toGroup('g'), 'escalate', { on: 'exhausted' })] }),
    play: async (it) => {
      await rejectIn(it, 1, 'a');
      await it.approve('b');
      await it.approve('escalate');
      await it.ended();
    },
  },
  {
    name: 'of-agents-that-never-agree',
    shape: {
      nodes: [agent('draft', { agentId: 'ok' }), agent('check', { agentId: 'reject' })],
      edges: [edge('draft', 'check'), loopEdge('check', 'draft', 3)],
    },
    play: (it) => it.ended(),
  },
  {
    name: 'restarted-while-an-agent-of-its-body-works',
    shape: {
      nodes: [
        human('s1', ['ada']),
        human('s2', ['ada']),
        agent('draft', { agentId: 'hang' }),
        human('review', ['ada']),
      ],
      edges: [edge('s1', 'draft'), edge('s2', 'draft'), edge('draft', 'review'), loopEdge('review', 'draft', 3)],
    },
    play: async (it) => {
      await it.approve('s1');
      await it.step('draft', 'running');
      await it.override('draft', 'force-complete', { output: {} });
      await it.approve('s2');
      await it.step('draft', 'running');
      await it.reject('review');
      await it.cancel();
      await it.ended();
    },
  },
  {
    name: 'with-deadlines-in-its-body',
    shape: {
      nodes: [agent('draft', { agentId: 'ok' }), human('review', ['ada'], { slaMs: 3_600_000 })],
      edges: [edge('draft', 'review'), loopEdge('review', 'draft', 2)],
    },
    play: async (it) => {
      await rejectIn(it, 1);
      await it.approve('review');
      await it.ended();
    },
  },
];

export const LOOP_SCENARIOS: readonly Scenario[] = told.map((scenario) => ({
  ...scenario,
  name: `loop-${scenario.name}`,
}));

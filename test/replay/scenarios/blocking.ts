// Stories of blocking agents: resolved, rejected, out of reach, overridden, cancelled, too late.
import { agent, edge, human, type Shape } from '../../engine/scene';
import type { Scenario, Story } from './scenario';

const check = (agentId: string, resolutionPolicy: object = { kind: 'allResolved' }, rest: object = {}) =>
  agent('check', { agentId, blocking: true, resolutionPolicy }, rest);
const alone = (agentId: string, policy?: object, rest?: object): Shape => ({ nodes: [check(agentId, policy, rest)] });
const least = (minCount: number) => ({ kind: 'minResolved', minCount });
const member = (onQuorumMet: string): Shape => ({
  nodes: [human('a', ['ada']), check('two')],
  groups: [{ groupId: 'g', memberNodeIds: ['a', 'check'], expectedSteps: 2, quorum: 1, onQuorumMet }],
});
const resolveAll = async (it: Story) => {
  await it.resolve('check', 'a');
  await it.resolve('check', 'b');
  await it.ended();
};

const told: readonly Scenario[] = [
  { name: 'is-resolved', shape: alone('two'), play: resolveAll },
  {
    name: 'is-rejected-unhandled',
    shape: alone('two'),
    play: async (it) => {
      await it.resolve('check', 'b', 'rejected');
      await it.ended();
    },
  },
  {
    name: 'is-rejected-and-an-edge-takes-it',
    shape: {
      nodes: [check('two'), agent('next', { agentId: 'ok' })],
      edges: [edge('check', 'next', { on: 'reject' })],
    },
    play: async (it) => {
      await it.resolve('check', 'b', 'rejected');
      await it.ended();
    },
  },
  {
    name: 'has-one-generated-response',
    shape: alone('ok'),
    play: async (it) => {
      await it.resolve('check', 'resp_1');
      await it.ended();
    },
  },
  {
    name: 'needs-one-of-two',
    shape: alone('two', least(1)),
    play: async (it) => {
      await it.resolve('check', 'a', 'rejected');
      await it.resolve('check', 'b');
      await it.ended();
    },
  },
  { name: 'needs-more-than-there-are', shape: alone('two', least(3)), play: (it) => it.ended() },
  { name: 'returns-doubles', shape: alone('doubles'), play: (it) => it.ended() },
  { name: 'fails', shape: alone('fail'), play: (it) => it.ended() },
  {
    name: 'is-approved-by-force',
    shape: alone('two'),
    play: async (it) => {
      await it.step('check');
      await it.override('check', 'force-approve');
      await it.ended();
    },
  },
  {
    name: 'is-cancelled',
    shape: alone('two'),
    play: async (it) => {
      await it.step('check');
      await it.cancelStep('check');
      await it.ended();
    },
  },
  { name: 'breaches-while-it-waits', shape: alone('two', undefined, { slaMs: 300 }), play: (it) => it.ended() },
  {
    name: 'refuses-what-does-not-count',
    shape: alone('two'),
    play: async (it) => {
      await it.resolve('check', 'z').catch(() => undefined);
      await it.resolve('check', 'a');
      await it.resolve('check', 'a').catch(() => undefined);
      await it.resolve('check', 'b');
      await it.ended();
    },
  },
  {
    name: 'is-cancelled-on-quorum',
    shape: member('cancelOnQuorum'),
    play: async (it) => {
      await it.step('check');
      await it.approve('a');
      await it.ended();
    },
  },
  {
    name: 'waits-on-after-quorum',
    shape: member('waitAll'),
    play: async (it) => {
      await it.approve('a');
      await resolveAll(it);
    },
  },
];

export const BLOCKING_SCENARIOS: readonly Scenario[] = told.map((scenario) => ({
  ...scenario,
  name: `blocking-agent-${scenario.name}`,
}));

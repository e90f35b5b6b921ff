import { expect, test } from '@jest/globals';
import { randomOf } from '../../bench/random';
import { agentOf, outcomeOf } from '../../bench/storm/agents';
import { randomDefinition } from '../../bench/storm/definitions';

const HOST = '127.0.0.1:1';
const draftsOf = (seed: number) =>
  Array.from({ length: 40 }, (_, n) => randomDefinition(randomOf(seed, `storm-${n}`), 'storm', HOST).draft);

const drafts = draftsOf(1);

test('a seed makes the same definitions each time, and another seed others', () => {
  expect(draftsOf(1)).toEqual(drafts);
  expect(draftsOf(2)).not.toEqual(drafts);
});

test('the definitions of a storm have every kind of node, agent, group and edge', () => {
  const nodes = drafts.flatMap((draft) => draft.nodes);
  expect(new Set(nodes.map(({ type }) => type))).toEqual(new Set(['agent', 'human', 'webhook', 'notification']));
  const agents = nodes.flatMap((node) => (node.type === 'agent' ? agentOf(node.config.agentId) : []));
  expect(new Set(agents.map(({ way }) => way))).toEqual(new Set(['quick', 'module', 'http', 'elsewhere']));
  const modes = nodes.flatMap((node) => (node.type === 'webhook' ? node.config.mode : []));
  expect(new Set(modes)).toEqual(new Set(['sync', 'async']));
  const policies = drafts.flatMap((draft) => draft.groups.map(({ onQuorumMet }) => onQuorumMet));
  expect(new Set(policies)).toEqual(new Set(['waitAll', 'cancelOnQuorum', 'joinOnQuorum']));
  const edges = drafts.flatMap((draft) => draft.edges);
  expect(edges.some(({ loop }) => loop !== undefined)).toBe(true);
  expect(edges.some(({ when }) => when !== null)).toBe(true);
  expect(nodes.some(({ slaMs }) => slaMs !== undefined)).toBe(true);
});

test('an agent that runs twice for a step says the same twice', () => {
  const agent = agentOf('quick-8-votes');
  expect(outcomeOf(agent, 'step_1', 1)).toEqual(outcomeOf(agent, 'step_1', 2));
});

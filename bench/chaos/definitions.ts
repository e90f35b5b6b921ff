// The three definitions that the chaos run executes, and what their unsteady agent does.
import { hashOf } from '../random';

export const AGENTS = { steady: 'chaos-steady', unsteady: 'chaos-unsteady' } as const;

const human = (nodeId: string) => ({
  nodeId,
  type: 'human',
  config: { reviewers: [{ userId: nodeId, mandatory: true }] },
});
const agent = (nodeId: string, agentId: string) => ({
  nodeId,
  type: 'agent',
  config: { agentId, retry: { maxAttempts: 5, initialIntervalMs: 200 } },
});
const REVIEWERS = ['ann', 'ben', 'cleo'] as const;

/** Two approvals side by side; both together decide which way it goes on. */
const parallel = {
  definitionId: 'chaos-parallel',
  name: 'Two parallel approvals',
  nodes: [
    agent('draft', AGENTS.steady),
    human('legal'),
    human('brand'),
    agent('publish', AGENTS.steady),
    agent('archive', AGENTS.steady),
  ],
  edges: [
    { from: 'draft', to: 'legal' },
    { from: 'draft', to: 'brand' },
    { from: { kind: 'group', groupId: 'review' }, to: 'publish', on: 'approve' },
    { from: { kind: 'group', groupId: 'review' }, to: 'archive', on: 'reject' },
  ],
  groups: [{ groupId: 'review', memberNodeIds: ['legal', 'brand'], expectedSteps: 2, quorum: 2 }],
} as const;

/** Two of three are enough, and the third vote comes late; the members join in one successor. */
const quorum = {
  definitionId: 'chaos-quorum',
  name: 'Two of three',
  nodes: [...REVIEWERS.map(human), agent('publish', AGENTS.steady)],
  edges: REVIEWERS.map((from) => ({ from, to: 'publish' })),
  groups: [
    { groupId: 'votes', memberNodeIds: [...REVIEWERS], expectedSteps: 3, quorum: 2, onQuorumMet: 'joinOnQuorum' },
  ],
} as const;

/** An agent that fails every fifth time, a check by a person, and an agent again. */
const unsteady = {
  definitionId: 'chaos-agent',
  name: 'An agent that fails',
  nodes: [agent('draft', AGENTS.unsteady), human('check'), agent('publish', AGENTS.steady)],
  edges: [
    { from: 'draft', to: 'check' },
    { from: 'check', to: 'publish' },
  ],
  groups: [],
} as const;

export const DEFINITIONS = [parallel, quorum, unsteady] as const;

export type ChaosDefinition = (typeof DEFINITIONS)[number];

export type AgentOutcome = 'succeeds' | 'fails-once' | 'fails-for-good';

/** Every fifth execution's unsteady agent fails: one half of them at its first attempt, the other for good. */
export function outcomeOf(agentId: string, executionId: string): AgentOutcome {
  const fate = hashOf(executionId) % 10;
  if (agentId !== AGENTS.unsteady || fate > 1) return 'succeeds';
  return fate === 0 ? 'fails-once' : 'fails-for-good';
}

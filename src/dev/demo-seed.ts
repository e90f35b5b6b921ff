// The seed's example, as its documents print it: the definition, and the dispatch (webhook's host and secret aside).

export const DEMO_DEFINITION = {
  definitionId: 'marketing-copy-approval',
  name: 'Marketing copy approval',
  scope: { level: 'apiKey' },
  nodes: [
    { nodeId: 'agent-draft', type: 'agent', config: { agentId: 'copy-agent-v1' } },
    { nodeId: 'human-legal', type: 'human', config: { reviewers: [{ userId: 'u_legal_01', mandatory: true }] } },
    { nodeId: 'human-brand', type: 'human', config: { reviewers: [{ userId: 'u_brand_01', mandatory: true }] } },
    { nodeId: 'agent-publish', type: 'agent', config: { agentId: 'publish-agent-v1' } },
  ],
  edges: [
    { from: 'agent-draft', to: 'human-legal' },
    { from: 'agent-draft', to: 'human-brand' },
    { from: 'human-legal', to: 'agent-publish' },
    { from: 'human-brand', to: 'agent-publish' },
  ],
  groups: [
    {
      groupId: 'parallel-review',
      memberNodeIds: ['human-legal', 'human-brand'],
      expectedSteps: 2,
      quorum: 2,
      onQuorumMet: 'joinOnQuorum',
    },
  ],
} as const;

export const DEMO_DISPATCH = {
  definitionId: DEMO_DEFINITION.definitionId,
  idempotencyKey: 'campaign-42-dispatch',
  correlationId: 'corr_campaign_42',
  triggerContext: { assetId: 'asset_8f3', campaign: 'Q2 launch' },
} as const;

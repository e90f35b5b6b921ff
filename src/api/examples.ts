// The seeds' examples, as their documents print them: what the reference shows, and what the demo plays.

export const EXAMPLE_DEFINITION = {
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

export const EXAMPLE_DISPATCH = {
  definitionId: EXAMPLE_DEFINITION.definitionId,
  idempotencyKey: 'campaign-42-dispatch',
  correlationId: 'corr_campaign_42',
  triggerContext: { assetId: 'asset_8f3', campaign: 'Q2 launch' },
} as const;

/** The seed's answer of executions/get. */
export const EXAMPLE_EXECUTION = {
  executionId: 'exec_campaign-42-dispatch',
  status: 'completed',
  startedAt: 1777374504364,
  completedAt: 1777374842347,
  cancelledAt: null,
  definitionId: EXAMPLE_DEFINITION.definitionId,
  definitionVersion: 1,
  correlationId: EXAMPLE_DISPATCH.correlationId,
  idempotencyKey: EXAMPLE_DISPATCH.idempotencyKey,
  failureReason: null,
  steps: [
    {
      stepId: 'group_parallel-review__to__agent-publish',
      nodeId: 'agent-publish',
      nodeType: 'agent',
      status: 'completed',
      groupId: null,
      startedAt: 1777374841756,
      completedAt: 1777374841986,
      output: { agentId: 'publish-agent-v1', summary: '...', generatedAt: 1777374841939 },
      error: null,
    },
  ],
} as const;

export const EXAMPLE_STEP = {
  executionId: EXAMPLE_EXECUTION.executionId,
  stepId: 'step_agent-draft_1777374504364_a1b2c3__to__human-legal',
} as const;

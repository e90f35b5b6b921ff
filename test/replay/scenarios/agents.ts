// Stories of agent steps: each outcome, once as a local activity where that is allowed, and once as an ordinary one.
import { defaultPayloadConverter } from '@temporalio/common';
import { agent, edge, human, loopEdge, type Shape } from '../../engine/scene';
import type { Scenario, Story } from './scenario';

/** One attempt after the other without a pause. */
const hasty = { maxAttempts: 2, initialIntervalMs: 1, backoffCoefficient: 1 };
const work = (config: object, rest: object = {}) => agent('work', { retry: hasty, ...config }, rest);
const alone = (config: object, rest: object = {}): Shape => ({ nodes: [work(config, rest)] });
const handled = (config: object, on: object, rest: object = {}): Shape => ({
  nodes: [work(config, rest), human('next', ['ada'])],
  edges: [edge('work', 'next', on)],
});
const toTheEnd = (story: Story) => story.ended();
const approveNext = async (story: Story) => {
  await story.approve('next');
  await story.ended();
};

type Told = Omit<Scenario, 'context'>;

const OUTCOMES: readonly Told[] = [
  { name: 'completes', shape: alone({ agentId: 'ok' }), play: toTheEnd },
  { name: 'approves', shape: handled({ agentId: 'approve' }, {}), play: approveNext },
  { name: 'rejects-unhandled', shape: alone({ agentId: 'reject' }), play: toTheEnd },
  { name: 'rejects-and-an-edge-takes-it', shape: handled({ agentId: 'reject' }, { on: 'reject' }), play: approveNext },
  { name: 'fails-for-good', shape: alone({ agentId: 'fail' }), play: toTheEnd },
  { name: 'fails-and-an-edge-takes-it', shape: handled({ agentId: 'fail' }, { on: 'always' }), play: approveNext },
  { name: 'is-tried-again', shape: alone({ agentId: 'flaky' }), play: toTheEnd },
  { name: 'fails-at-each-attempt', shape: alone({ agentId: 'never' }), play: toTheEnd },
  {
    name: 'returns-nothing-where-something-is-required',
    shape: alone({ agentId: 'empty', requireNonEmptyOutput: true }),
    play: toTheEnd,
  },
  { name: 'returns-a-list', shape: alone({ agentId: 'list' }), play: toTheEnd },
  { name: 'returns-too-much', shape: alone({ agentId: 'huge' }), play: toTheEnd },
  { name: 'is-not-registered', shape: alone({ agentId: 'nobody' }), play: toTheEnd },
  { name: 'passes-its-time', shape: alone({ agentId: 'hang', agentMaxRuntimeMs: 20 }), play: toTheEnd },
  {
    name: 'leads-to-another-agent',
    shape: { nodes: [work({ agentId: 'ok' }), agent('more', { agentId: 'ok' })], edges: [edge('work', 'more')] },
    play: toTheEnd,
  },
  {
    name: 'starts-beside-seven-others',
    shape: { nodes: Array.from({ length: 8 }, (_, n) => agent(`a${n}`, { agentId: 'ok' })) },
    play: toTheEnd,
  },
];

const runningOn: readonly Told[] = [
  { name: 'breaches-while-it-works', shape: alone({ agentId: 'hang' }, { slaMs: 300 }), play: toTheEnd },
  {
    name: 'breaches-and-an-edge-takes-it',
    shape: handled({ agentId: 'hang' }, { when: 'step.status == "breached"' }, { slaMs: 300 }),
    play: approveNext,
  },
  {
    name: 'is-cancelled-while-it-works',
    shape: { nodes: [work({ agentId: 'hang' }), human('next', ['ada'])] },
    play: async (story) => {
      await story.step('work', 'running');
      await story.cancelStep('work');
      await approveNext(story);
    },
  },
  {
    name: 'is-completed-by-force-while-it-works',
    shape: alone({ agentId: 'hang' }),
    play: async (story) => {
      await story.override('work', 'force-complete', { output: { by: 'hand' } });
      await story.ended();
    },
  },
  {
    name: 'is-failed-by-force-while-it-works',
    shape: alone({ agentId: 'hang' }),
    play: async (story) => {
      await story.override('work', 'force-fail');
      await story.ended();
    },
  },
  ...(
    [
      ['an-object', { decision: 'approve' }],
      ['a-text', 'done'],
    ] as const
  ).map(([what, result]) => ({
    name: `is-completed-by-an-operator-with-${what}`,
    shape: handled({ agentId: 'hang' }, { on: 'always' }),
    play: async (story: Story) => {
      const { stepId } = await story.step('work', 'running');
      const { client, workflowId } = story.handle;
      await client.workflowService.respondActivityTaskCompletedById({
        ...{ namespace: client.options.namespace, workflowId, activityId: stepId },
        result: { payloads: [defaultPayloadConverter.toPayload(result)!] },
      });
      await approveNext(story);
    },
  })),
  {
    name: 'works-when-the-execution-is-cancelled',
    shape: alone({ agentId: 'hang' }),
    play: async (story) => {
      await story.step('work', 'running');
      await story.cancel('off');
      await story.ended();
    },
  },
  {
    name: 'works-when-another-step-fails-the-execution',
    shape: { nodes: [work({ agentId: 'hang' }), human('next', ['ada'])] },
    play: async (story) => {
      await story.reject('next');
      await story.ended();
    },
  },
  {
    name: 'follows-an-approval',
    shape: { nodes: [human('next', ['ada']), work({ agentId: 'ok' })], edges: [edge('next', 'work')] },
    play: approveNext,
  },
  {
    name: 'follows-a-signal',
    shape: { nodes: [human('next', ['ada']), work({ agentId: 'ok' })], edges: [edge('next', 'work')] },
    play: async (story) => {
      await story.signal('next', 'ada');
      await story.ended();
    },
  },
  {
    name: 'follows-a-deadline',
    shape: {
      nodes: [human('next', ['ada'], { slaMs: 50 }), work({ agentId: 'ok' })],
      edges: [edge('next', 'work', { on: 'always' })],
    },
    play: toTheEnd,
  },
  { name: 'has-a-url-that-leads-nowhere', shape: alone({ agentId: 'ok', urlPath: 'missing.url' }), play: toTheEnd },
];

const MANY = Array.from({ length: 16 }, (_, n) => n);
const whereMuchIsAtWork: Told = {
  name: 'starts-where-much-is-at-work',
  shape: {
    nodes: MANY.flatMap((n) => [agent(`a${n}`, { agentId: 'ok' }), agent(`b${n}`, { agentId: 'ok' })]),
    edges: MANY.map((n) => edge(`a${n}`, `b${n}`)),
  },
  play: toTheEnd,
};

/** The other one is still at work within the workflow task then. */
const besideOneThatFails: Told = {
  name: 'works-beside-one-that-fails',
  shape: { nodes: [work({ agentId: 'fail' }), agent('other', { agentId: 'hang' })] },
  play: toTheEnd,
};

const quick: readonly Scenario[] = [...OUTCOMES, whereMuchIsAtWork, besideOneThatFails, ...runningOn.slice(-4)].map(
  (told) => ({
    ...told,
    name: `quick-agent-${told.name}`,
  }),
);
const ordinary: readonly Scenario[] = [...OUTCOMES, ...runningOn].map((told) => ({
  ...told,
  name: `agent-${told.name}`,
  context: () => ({ quickAgents: [] }),
}));

const forbidden: Scenario = {
  name: 'agent-has-a-forbidden-url-in-the-trigger',
  shape: alone({ agentId: 'ok', urlPath: 'url' }),
  context: () => ({ triggerContext: { url: 'https://169.254.169.254/latest' } }),
  play: toTheEnd,
};

const membersThatFailTogether: Scenario = {
  name: 'agents-of-a-group-fail-together-as-they-start',
  shape: {
    nodes: [
      agent('one', { agentId: 'ok', urlPath: 'missing.url' }),
      agent('other', { agentId: 'ok', urlPath: 'missing.url' }),
      human('next', ['ada']),
    ],
    edges: [edge('one', 'next', { on: 'always' }), edge('other', 'next', { when: 'step.status == "failed"' })],
    groups: [{ groupId: 'both', memberNodeIds: ['one', 'other'], expectedSteps: 2, quorum: 1 }],
  },
  play: async (story) => {
    await story.step('next');
    await story.cancel();
    await story.ended();
  },
};

const elsewhere: readonly Scenario[] = [
  { name: 'elsewhere-agent-completes', activity: 'greet' },
  { name: 'elsewhere-agent-fails', activity: 'break' },
  { name: 'elsewhere-agent-returns-a-list', activity: 'list' },
  { name: 'elsewhere-agent-outlives-shutdowns', activity: 'outlast' },
  { name: 'elsewhere-agent-outlives-a-reset', activity: 'beReset' },
].map(({ name, activity }) => ({
  name,
  shape: alone({ agentId: 'other' }),
  context: (it) => ({ taskQueueAgents: [{ agentId: 'other', taskQueue: it.elsewhere, activity }] }),
  play: toTheEnd,
}));

const elsewhereInALoop: Scenario = {
  name: 'elsewhere-agent-begins-an-iteration',
  shape: {
    nodes: [agent('work', { agentId: 'other' }), human('next', ['ada'])],
    edges: [edge('work', 'next'), loopEdge('next', 'work', 2)],
  },
  context: (it) => ({ taskQueueAgents: [{ agentId: 'other', taskQueue: it.elsewhere, activity: 'greet' }] }),
  play: async (story) => {
    await story.reject('next');
    await approveNext(story);
  },
};

const elsewhereByUrl: readonly Scenario[] = [
  { name: 'elsewhere-agent-has-a-forbidden-url', url: 'https://10.0.0.1/x' },
  { name: 'elsewhere-agent-has-an-allowed-url', url: 'https://example.com/x' },
].map(({ name, url }) => ({
  name,
  shape: alone({ agentId: 'other', urlPath: 'url' }),
  context: (it) => ({
    triggerContext: { url },
    taskQueueAgents: [{ agentId: 'other', taskQueue: it.elsewhere, activity: 'greet' }],
  }),
  play: toTheEnd,
}));

export const AGENT_SCENARIOS: readonly Scenario[] = [
  ...quick,
  ...ordinary,
  forbidden,
  membersThatFailTogether,
  ...elsewhere,
  elsewhereInALoop,
  ...elsewhereByUrl,
];

// Stories in which the surroundings matter: webhooks, the limit of steps, and executions that continue as new.
import { deliveryWorkflowId } from '../../../src/workflows/contract/ids';
import { agent, edge, human, MARKETING, type Shape } from '../../engine/scene';
import { eventually } from '../../support/eventually';
import { WORKSPACE } from '../../workflows/harness';
import type { Scenario, Story, Surroundings } from './scenario';

const approveBoth = async (it: Story) => {
  await it.approve('legal', 'u_legal');
  await it.approve('brand', 'u_brand');
  await it.ended();
};
const marketing: Shape = {
  ...MARKETING,
  nodes: MARKETING.nodes.map((node) => ({
    ...node,
    ...('agentId' in (node as any).config ? { config: { agentId: 'ok' } } : {}),
  })),
};
/** The key must be known before the start, since the secret is sealed for this execution. */
const sentTo = (key: string, hostOf: (it: Surroundings) => string) => (it: Surroundings) => ({
  idempotencyKey: key,
  receiver: {
    url: `http://${hostOf(it)}/hook`,
    sealedSecret: it.harness.seal('a-secret-of-enough-characters', `exec_${key}`),
    sealedFor: 'execution' as const,
    eventTypes: null,
  },
});

const SIDES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

const deliveries: readonly Scenario[] = [
  {
    name: 'webhooks-arrive',
    shape: marketing,
    context: sentTo('webhooks-arrive', (it) => it.receiver),
    play: approveBoth,
  },
  {
    name: 'webhooks-come-last-in-their-task',
    shape: marketing,
    context: sentTo('webhooks-come-last-in-their-task', (it) => it.receiver),
    play: approveBoth,
  },
  {
    name: 'webhooks-take-a-number-each',
    // Timers of deadlines are started between theirs.
    shape: { ...marketing, nodes: marketing.nodes.map((node) => ({ ...node, slaMs: 3_600_000 })) },
    context: sentTo('webhooks-take-a-number-each', (it) => it.receiver),
    play: approveBoth,
  },
  {
    name: 'webhooks-go-with-those-of-quick-agents',
    shape: {
      nodes: [agent('draft', { agentId: 'ok' }), agent('check', { agentId: 'ok' }), human('review', ['ada'])],
      edges: [edge('draft', 'review')],
    },
    context: sentTo('webhooks-go-with-those-of-quick-agents', (it) => it.receiver),
    play: async (story) => {
      await story.approve('review');
      await story.ended();
    },
  },
  {
    name: 'news-comes-together',
    shape: {
      nodes: SIDES.flatMap((side) => [
        agent(`draft-${side}`, { agentId: 'ok' }),
        human(`check-${side}`, [`u_${side}`]),
      ]),
      edges: SIDES.map((side) => edge(`draft-${side}`, `check-${side}`)),
    },
    // As activities the agents end at the same time, beside the first deliveries.
    context: (it) => ({ ...sentTo('news-comes-together', ({ receiver }) => receiver)(it), quickAgents: [] }),
    play: async (it) => {
      await Promise.all(SIDES.map((side) => it.approve(`check-${side}`, `u_${side}`)));
      await it.ended();
    },
  },
  {
    name: 'webhooks-are-handed-over',
    shape: marketing,
    context: sentTo('webhooks-are-handed-over', (it) => it.nobody),
    play: approveBoth,
  },
  {
    name: 'webhooks-of-a-cancelled-execution-arrive',
    shape: marketing,
    context: sentTo('webhooks-of-a-cancelled-execution-arrive', (it) => it.receiver),
    play: async (it) => {
      await it.step('brand');
      await it.cancel('off');
      await it.ended();
    },
  },
  {
    name: 'webhooks-go-nowhere-they-may',
    shape: marketing,
    context: sentTo('webhooks-go-nowhere-they-may', () => '10.0.0.1:80'),
    play: approveBoth,
    alsoKeep: ({ key }) => [{ name: 'webhook-delivery-of-forbidden', workflowId: deliveryWorkflowId(WORKSPACE, key) }],
  },
];

const limits: readonly Scenario[] = [
  {
    name: 'execution-has-more-steps-than-it-may',
    shape: { nodes: [agent('a', { agentId: 'ok' }), agent('b', { agentId: 'ok' })], edges: [edge('a', 'b')] },
    context: () => ({ stepsMax: 1 }),
    play: (it) => it.ended(),
  },
];

/** Each decision is an update of its own, so that the history passes the bound at which it continues as new. */
const REVIEWS = 24;
const reviews = Array.from({ length: REVIEWS }, (_, index) => `r${index}`);
const many = (last: object): Shape => ({ nodes: [...reviews.map((id) => human(id, ['ada'])), last] });
const decideMany = async (it: Story) => {
  for (const id of reviews) await it.approve(id);
};

const renewals: readonly Scenario[] = [
  {
    name: 'renewed-and-completed',
    shape: many(human('last', ['ada'])),
    play: async (it) => {
      await decideMany(it);
      await it.approve('last');
      await it.ended();
    },
  },
  {
    name: 'renewed-and-cancelled',
    shape: many(human('last', ['ada'], { slaMs: 3_600_000 })),
    play: async (it) => {
      await decideMany(it);
      await it.cancel();
      await it.ended();
    },
  },
  {
    name: 'renewed-and-breached',
    shape: many(human('last', ['ada'], { slaMs: 20_000 })),
    play: async (it) => {
      await decideMany(it);
      await it.ended();
    },
  },
  {
    name: 'renewed-with-webhooks',
    shape: many(human('last', ['ada'])),
    context: sentTo('renewed-with-webhooks', (it) => it.receiver),
    play: async (it) => {
      await decideMany(it);
      await it.approve('last');
      await it.ended();
    },
  },
];

const renewedLast: Scenario = {
  name: 'renewed-with-webhooks-that-come-last',
  shape: many(human('last', ['ada'])),
  context: sentTo('renewed-with-webhooks-that-come-last', (it) => it.receiver),
  play: async (it) => {
    await decideMany(it);
    await it.approve('last');
    await it.ended();
  },
};

/** By the rules of decisions 0116 and 0117. */
const renewedFirst: Scenario = {
  name: 'renewed-run-that-begins-first',
  shape: many(human('last', ['ada'], { slaMs: 3_600_000 })),
  context: sentTo('renewed-run-that-begins-first', (it) => it.receiver),
  play: async (it) => {
    await decideMany(it);
    await it.approve('last');
    await it.ended();
  },
};

/** The timer of the agent's deadline is taken back with the decision, and not within the task that started it (decision 0129). */
const quickWithDeadline: Scenario = {
  name: 'deadline-of-a-quick-agent',
  shape: {
    nodes: [
      agent('draft', { agentId: 'ok' }, { slaMs: 3_600_000 }),
      human('review', ['ada'], { slaMs: 7_200_000 }),
      human('last', ['ada']),
    ],
    edges: [edge('draft', 'review'), edge('review', 'last')],
  },
  play: async (it) => {
    await it.approve('review');
    await it.approve('last');
    await it.ended();
  },
};

/** By the rule of decision 0129: it waits for the last delivery before its new run begins, which its history says. */
const renewedAfterAWait: Scenario = {
  ...renewedFirst,
  name: 'renewed-after-a-wait',
  context: sentTo('renewed-after-a-wait', (it) => it.receiver),
  async play(it) {
    // At once, so that something is being delivered when the history has grown long.
    await Promise.all(reviews.map((id) => it.approve(id)));
    await it.approve('last');
    await it.ended();
  },
};

/** By the rule of decision 0146. */
const namedByItsRun: Scenario = {
  name: 'steps-are-named-by-the-run',
  shape: {
    nodes: [agent('draft', { agentId: 'ok' }), agent('check', { agentId: 'ok' }), human('review', ['ada'])],
    edges: [edge('draft', 'review')],
  },
  play: async (it) => {
    await it.approve('review');
    await it.ended();
  },
};

/** By the rule of decision 0147: the attribute that says who is waited for is said once more, for nothing else follows from the decision. */
const countedByASignal: Scenario = {
  name: 'human-counts-a-signal-of-which-nothing-follows',
  shape: { nodes: [human('review', ['ada', 'bob', 'cid', 'dan'])] },
  play: async (it) => {
    await it.signal('review', 'ada');
    const responses = async () => (await it.step('review')).output?.responses as readonly unknown[];
    await eventually(responses, ({ length }) => length === 1);
    await it.cancel('enough was seen');
    await it.ended();
  },
};

/** By the rule of decision 0129: the first failure of `flaky` is worked off before the reject that takes its second attempt back. */
const takenBackBesideAnother: Scenario = {
  name: 'quick-agent-takes-back-what-another-one-has-asked-for',
  shape: { nodes: [agent('first', { agentId: 'flaky' }), agent('second', { agentId: 'rejectLater' })] },
  // The execution ends when its webhooks are through.
  context: sentTo('quick-agent-takes-back', (it) => it.receiver),
  play: (it) => it.ended(),
};

export const SURROUNDING_SCENARIOS: readonly Scenario[] = [
  ...deliveries,
  ...limits,
  ...renewals,
  renewedLast,
  renewedFirst,
  quickWithDeadline,
  renewedAfterAWait,
  namedByItsRun,
  countedByASignal,
  takenBackBesideAnother,
];

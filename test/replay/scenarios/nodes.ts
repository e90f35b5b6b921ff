// Stories of webhook and notification steps: each outcome, and what a callback may meet.
import type { WebhookCallback } from '../../../src/workflows/contract/messages';
import { agent, edge, human, type Shape, webhook } from '../../engine/scene';
import type { Scenario, Story, Surroundings } from './scenario';

type Told = Omit<Scenario, 'shape'> & { readonly shape: (it: Surroundings) => Shape };

/** The receiver answers with the status that the path names. */
const calls = (status: number, config: object = {}, rest: object = {}) => ({
  shape: ({ receiver }: Surroundings): Shape => ({
    nodes: [
      webhook('hook', { url: `http://${receiver}/${status}`, authMode: 'none', ...config }, rest),
      human('next', ['ada']),
    ],
    edges: [edge('hook', 'next')],
  }),
});
const toTheEnd = (it: Story) => it.ended();
const approveNext = async (it: Story) => {
  await it.approve('next');
  await it.ended();
};
const callBack = async (it: Story, rest: Omit<WebhookCallback, 'stepId'>) => {
  await it.step('hook');
  await it.update('callBackStep', 'hook', rest);
};
const ignored = (attempt: Promise<unknown>) => attempt.catch(() => undefined);
const ASYNC = { mode: 'async' } as const;

const WEBHOOKS: readonly Told[] = [
  { name: 'is-answered', ...calls(200), play: approveNext },
  { name: 'is-refused', ...calls(410), play: toTheEnd },
  { name: 'answers-with-a-listed-code', ...calls(404, { expectedStatusCodes: [404] }), play: approveNext },
  { name: 'gets-no-body-where-it-wants-one', ...calls(204, {}, { requireNonEmptyOutput: true }), play: toTheEnd },
  { name: 'is-tried-again-in-vain', ...calls(503), play: toTheEnd },
  {
    name: 'leads-where-it-may-not',
    shape: () => ({ nodes: [webhook('hook', { url: 'http://10.0.0.1/', authMode: 'none' })] }),
    play: toTheEnd,
  },
  {
    name: 'lacks-its-secret',
    shape: ({ receiver }) => ({ nodes: [webhook('hook', { url: `http://${receiver}/200`, authMode: 'hmac' })] }),
    play: toTheEnd,
  },
  {
    name: 'is-called-back',
    ...calls(202, ASYNC),
    play: async (it) => {
      await callBack(it, { status: 'completed', output: { score: 7 } });
      await ignored(it.update('callBackStep', 'hook', { status: 'failed' }));
      await approveNext(it);
    },
  },
  {
    name: 'is-called-back-with-a-failure',
    ...calls(202, ASYNC),
    play: async (it) => {
      await callBack(it, { status: 'failed', error: 'out of stock' });
      await it.ended();
    },
  },
  { name: 'breaches-while-it-waits', ...calls(202, ASYNC, { slaMs: 1_000 }), play: toTheEnd },
  {
    name: 'is-cancelled-while-it-waits',
    ...calls(202, ASYNC),
    play: async (it) => {
      await it.step('hook');
      await it.cancel('off');
      await it.ended();
    },
  },
  {
    name: 'is-forced-while-it-waits',
    ...calls(202, ASYNC),
    play: async (it) => {
      await it.step('hook');
      await it.override('hook', 'force-complete', { output: { decision: 'approve' } });
      await approveNext(it);
    },
  },
];

const notification = (config: object): Shape => ({
  nodes: [agent('work', { agentId: 'ok' }), { nodeId: 'tell', type: 'notification', config }],
  edges: [edge('work', 'tell')],
});

const NOTIFICATIONS: readonly Told[] = [
  {
    name: 'goes-out-by-mail',
    shape: () => notification({ channel: 'email', recipients: ['ann@acme.com'], bodyTemplate: 'Hello {{input.id}}' }),
    play: toTheEnd,
  },
  {
    name: 'is-accepted-by-one-of-two',
    shape: () =>
      notification({ channel: 'email', recipients: ['ann@acme.com', 'refused@acme.com'], bodyTemplate: 'Hello' }),
    play: toTheEnd,
  },
  {
    name: 'is-accepted-by-nobody',
    shape: () => notification({ channel: 'email', recipients: ['refused@acme.com'], bodyTemplate: 'Hello' }),
    play: toTheEnd,
  },
  {
    name: 'is-not-configured',
    shape: () => notification({ channel: 'slack', slackTarget: 'C123', bodyTemplate: 'Hello' }),
    play: toTheEnd,
  },
  {
    name: 'goes-to-a-hook-in-vain',
    shape: ({ receiver }) =>
      notification({ channel: 'slack', slackTarget: `https://${receiver}/200`, bodyTemplate: 'Hello' }),
    play: toTheEnd,
  },
];

export const NODE_SCENARIOS: readonly Scenario[] = [
  ...WEBHOOKS.map((scenario) => ({ ...scenario, name: `hook-${scenario.name}` })),
  ...NOTIFICATIONS.map((scenario) => ({ ...scenario, name: `notification-${scenario.name}` })),
];

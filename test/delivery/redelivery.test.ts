import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conductorOf } from '../api/dialects';
import { type ApiHarness, startApiHarness } from '../api/harness';
import { pauses } from '../support/eventually';
import { answer, expectHonest, type Receiver, SECRET, startScriptedReceiver } from './receiver';

let harness: ApiHarness;
let receiver: Receiver;
let definitionId: string;
const AGENT = {
  nodes: [{ nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } }],
  edges: [],
  name: 'One agent',
};

beforeAll(async () => {
  receiver = await startScriptedReceiver();
  harness = await startApiHarness({
    env: { OUTBOUND_ALLOW: `127.0.0.1:${receiver.port}` },
    // So small that a delivery workflow closes a moment after its execution, instead of a minute.
    deliveries: { times: { scale: 0.001, answerMs: 10_000 } },
  });
  definitionId = await harness.define(AGENT);
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

async function dispatched(webhook: object | null): Promise<string> {
  const { result } = await harness.call('executions/dispatch', { definitionId, ...webhook });
  return result.executionId;
}
const hook = (path: string, behaviour = answer(200)) => ({
  webhookUrl: receiver.script(path, behaviour),
  webhookSecret: SECRET,
});
async function listed(executionId: string, status?: string): Promise<any[]> {
  const { result } = await harness.call('executions/listDeliveries', { executionId, ...(status && { status }) });
  return result.items;
}
async function settled(executionId: string): Promise<any[]> {
  const pause = pauses();
  for (;;) {
    await pause();
    const items = await listed(executionId);
    if (items.at(-1)?.type !== 'execution.completed') continue;
    if (items.every((item) => item.status !== 'pending')) return items;
  }
}
const redeliver = (executionId: string, which: object, options?: object) =>
  harness.call('executions/redeliver', { executionId, ...which }, options);
async function deliveryWorkflow(executionId: string) {
  const { workspace } = harness.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one') as {
    workspace: string;
  };
  return harness.client.workflow.getHandle(`delivery/${workspace}/${executionId.slice('exec_'.length)}`);
}

describe('executions/redeliver', () => {
  test('dead letters are delivered again from attempt 0 with the same bytes, and what was delivered stays', async () => {
    const executionId = await dispatched(
      hook('/dead', (_n, response, { event }) => void response.writeHead(event.seq === 1 ? 200 : 500).end()),
    );
    const before = await settled(executionId);
    expect(before.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['delivered', 1],
      ['dead', 6],
      ['dead', 6],
    ]);
    expect(await listed(executionId, 'dead')).toEqual(before.slice(1));

    const sent = receiver.at('/dead').length;
    receiver.script('/dead', answer(204));
    expect((await redeliver(executionId, { status: 'dead' })).result).toEqual({ scheduled: 2 });
    const after = await settled(executionId);
    expect(after.map(({ status, attempts }) => [status, attempts])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
      ['delivered', 1],
    ]);
    expect(after.map(({ lastError }) => lastError)).toEqual([null, null, null]);
    const again = receiver.at('/dead').slice(sent);
    expect(again).toHaveLength(2);
    expectHonest(again);
    for (const one of again) {
      expect(receiver.at('/dead').filter(({ body }) => body === one.body)).toHaveLength(7);
    }
    expect((await redeliver(executionId, { status: 'dead' })).result).toEqual({ scheduled: 0 });
  });

  test('a delivered event can be delivered again, with the same bytes', async () => {
    const executionId = await dispatched(hook('/again'));
    const [first] = await settled(executionId);
    expect((await redeliver(executionId, { eventIds: [first.eventId] })).result).toEqual({ scheduled: 1 });
    const pause = pauses();
    while (receiver.at('/again').length < 4) await pause();
    const [one, other] = receiver.at('/again').filter(({ eventId }) => eventId === first.eventId);
    expect([other!.body, other!.attempt]).toEqual([one!.body, 0]);
  });

  test('events that are more together than one answer of the execution holds are all delivered again', async () => {
    const reviewerIds = Array.from({ length: 50 }, (_, index) => `${index}-`.padEnd(128, 'r'));
    const panels = Array.from({ length: 50 }, (_, index) => `panel-${index}`);
    const roots = ['one', 'two', 'three'];
    const id = await harness.define({
      name: 'Many large reviews',
      nodes: [
        ...roots.map((nodeId) => ({ nodeId, type: 'agent', config: { agentId: '__mock__' } })),
        ...panels.map((nodeId) => ({ nodeId, type: 'human', config: { reviewerIds } })),
      ],
      edges: roots.flatMap((from) => panels.map((to) => ({ from, to }))),
    });
    const { result } = await harness.call('executions/dispatch', { definitionId: id, ...hook('/large') });
    const asked = roots.length * panels.length;
    const arrived = () => receiver.at('/large').filter(({ event }) => event.event === 'step.awaiting-approval').length;
    const pause = pauses();
    while (arrived() < asked) await pause();
    const bytes = receiver.at('/large').reduce((sum, { body }) => sum + body.length, 0);
    expect(bytes).toBeGreaterThan(900_000);
    const eventIds = [...new Set(receiver.at('/large').map(({ eventId }) => eventId))];
    const before = receiver.at('/large').length;
    const again = await redeliver(result.executionId, { eventIds });
    expect(again.result).toEqual({ scheduled: eventIds.length });
    const since = () =>
      new Set(
        receiver
          .at('/large')
          .slice(before)
          .map(({ eventId }) => eventId),
      );
    while (!eventIds.every((eventId) => since().has(eventId))) await pause();
    const bodies = new Set(receiver.at('/large').map(({ body }) => body));
    expect(bodies.size).toBe(new Set(receiver.at('/large').map(({ eventId }) => eventId)).size);
    await harness.call('executions/cancel', { executionId: result.executionId });
  });

  test('a delivery workflow that has closed is not forgotten, neither by the list nor by the run that follows it', async () => {
    const executionId = await dispatched(hook('/closed', answer(500)));
    const before = await settled(executionId);
    expect(await (await deliveryWorkflow(executionId)).result()).toEqual({ delivered: 0, dead: 3 });
    expect(await listed(executionId)).toEqual(before);
    receiver.script('/closed', answer(200));
    const [first] = before;
    expect((await redeliver(executionId, { eventIds: [first.eventId] })).result).toEqual({ scheduled: 1 });
    const after = await settled(executionId);
    expect(after[0]).toMatchObject({ status: 'delivered', attempts: 1 });
    expect(after.slice(1)).toEqual(before.slice(1));
  });

  test('what an operator ended in Temporal is dead, with a reason, and can be redelivered', async () => {
    const executionId = await dispatched(
      hook('/ended', (_n, response) => void response.writeHead(503, { 'retry-after': '3600' }).end()),
    );
    const pause = pauses();
    for (;;) {
      const items = await listed(executionId);
      if (items.length === 3 && items.every(({ attempts }) => attempts > 0)) break;
      await pause();
    }
    await (await deliveryWorkflow(executionId)).terminate('out of order');
    receiver.script('/ended', answer(200));
    const ended = await settled(executionId);
    expect(ended.map(({ status }) => status)).toEqual(['dead', 'dead', 'dead']);
    expect((await redeliver(executionId, { status: 'dead' })).result).toEqual({ scheduled: 3 });
    expect((await settled(executionId)).every(({ status }) => status === 'delivered')).toBe(true);
  });

  test('nothing is scheduled for what does not exist or does not fit', async () => {
    const executionId = await dispatched(hook('/refusals'));
    const [first] = await settled(executionId);
    const unknown = await redeliver(executionId, { eventIds: [first.eventId, 'evt_nonsense'] });
    expect([unknown.http, unknown.error.message]).toEqual([404, expect.stringContaining('evt_nonsense')]);
    for (const which of [
      {},
      { eventIds: [] },
      { status: 'delivered' },
      { status: 'dead', eventIds: [first.eventId] },
    ]) {
      expect((await redeliver(executionId, which)).http).toBe(400);
    }
    expect((await redeliver(executionId, { status: 'dead' }, { workspace: 'two' })).http).toBe(404);
    for (const id of ['exec_none', 'nonsense']) {
      expect((await redeliver(id, { status: 'dead' })).http).toBe(404);
      expect((await harness.call('executions/listDeliveries', { executionId: id })).http).toBe(404);
    }
    expect(receiver.at('/refusals')).toHaveLength(3);
  });

  test('without a receiver there is nothing to list, and a redelivery says so', async () => {
    const executionId = await dispatched(null);
    expect(await listed(executionId)).toEqual([]);
    const { error } = await redeliver(executionId, { status: 'dead' });
    expect([error.status, error.message]).toEqual([
      'FAILED_PRECONDITION',
      expect.stringContaining('no webhook receiver'),
    ]);
  });
});

describe("a definition's webhookConfig", () => {
  const config = (path: string, rest: object = {}) => ({
    webhookConfig: { url: receiver.script(path, answer(200)), secret: SECRET, ...rest },
  });

  test('receives the events of its executions, signed with its secret, and is never read back', async () => {
    const id = await harness.define({ ...AGENT, ...config('/definition') });
    const { result } = await harness.call('executions/dispatch', { definitionId: id });
    expect(await settled(result.executionId)).toHaveLength(3);
    expect(receiver.at('/definition')).toHaveLength(3);
    expectHonest(receiver.at('/definition'));
    const read = await harness.call('definitions/get', { definitionId: id });
    expect(JSON.stringify(read.result)).not.toMatch(/webhookConfig|receiver|sealed/);
  });

  test('sends only the event types that it names', async () => {
    const id = await harness.define({ ...AGENT, ...config('/some', { eventTypes: ['execution.completed'] }) });
    const { result } = await harness.call('executions/dispatch', { definitionId: id });
    expect((await settled(result.executionId)).map(({ type }) => type)).toEqual(['execution.completed']);
    expect(receiver.at('/some').map(({ event }) => event.event)).toEqual(['execution.completed']);
  });

  test('of an execution that another one followed in its workflow id: its delivery workflow closes all the same', async () => {
    const conductor = conductorOf(harness);
    const review = { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } };
    const url = receiver.script('/followed', answer(503));
    const id = await harness.define({ name: 'Review', nodes: [review], webhookConfig: { url, secret: SECRET } });
    const headers = { 'X-Idempotency-key': 'followed', 'X-on-conflict': 'FAIL_ON_RUNNING' };
    const start = async () => (await conductor(`POST /api/workflow/${id}`, { body: {}, headers })).text;
    const first = await start();
    await conductor(`DELETE /api/workflow/${first}`);
    const second = await start();
    expect(await (await deliveryWorkflow(`exec_${first}`)).result()).toMatchObject({ delivered: 0 });
    expect((await conductor(`GET /api/workflow/${second}`)).json.status).toBe('RUNNING');
  });

  test("an execution's own receiver wins, and hears of everything", async () => {
    const id = await harness.define({ ...AGENT, ...config('/loser', { eventTypes: ['execution.completed'] }) });
    const { result } = await harness.call('executions/dispatch', { definitionId: id, ...hook('/winner') });
    await settled(result.executionId);
    expect([receiver.at('/loser').length, receiver.at('/winner').length]).toEqual([0, 3]);
  });

  test.each<[string, object, RegExp]>([
    ['a secret of 15 characters', { url: 'https://hooks.acme.com/x', secret: 'x'.repeat(15) }, /webhookConfig.secret/],
    ['no secret', { url: 'https://hooks.acme.com/x' }, /webhookConfig.secret/],
    [
      'an unknown event type',
      { url: 'https://hooks.acme.com/x', secret: SECRET, eventTypes: ['step.exploded'] },
      /eventTypes.0/,
    ],
    [
      'an internal event type',
      { url: 'https://hooks.acme.com/x', secret: SECRET, eventTypes: ['step.started'] },
      /eventTypes.0/,
    ],
    ['no event type', { url: 'https://hooks.acme.com/x', secret: SECRET, eventTypes: [] }, /eventTypes/],
    ['an unknown field', { url: 'https://hooks.acme.com/x', secret: SECRET, headers: {} }, /headers/],
    ['http', { url: 'http://hooks.acme.com/x', secret: SECRET }, /webhookUrl must use https scheme/],
    [
      'a private host',
      { url: 'https://10.0.0.1/x', secret: SECRET },
      /webhookUrl host resolves to a private, loopback/,
    ],
  ])('400: %s', async (_what, webhookConfig, message) => {
    const { http, error } = await harness.call('definitions/create', {
      ...AGENT,
      definitionId: 'refused-one',
      webhookConfig,
    });
    expect(http).toBe(400);
    expect(JSON.stringify(error)).toMatch(message);
    expect(JSON.stringify(error)).not.toContain(SECRET);
  });
});

// Webhook nodes from end to end: the API, a real worker, a real Temporal, and a receiver on this machine.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { verifySignature } from '../../../src/outbound/signature';
import { executionWorkflowId, keyOfExecutionId } from '../../../src/workflows/contract/ids';
import { pauses } from '../../support/eventually';
import { type Hook, type Receiver, startReceiver } from '../../support/receiver';
import { type ApiHarness, startApiHarness } from '../harness';

const SECRET = 'the secret of this execution';
const TOKEN = 'Bearer marker-token-4711';

let receiver: Receiver;
let harness: ApiHarness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startApiHarness({ env: { OUTBOUND_ALLOW: receiver.host } });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

/** Dispatches an execution of one webhook node. */
async function run(
  config: object,
  data: object = {},
  { after = [], ...node }: { after?: object[]; [field: string]: unknown } = {},
) {
  const url = `http://${receiver.host}/step`;
  const definitionId = await harness.define({
    name: 'Hooked',
    nodes: [{ nodeId: 'hook', type: 'webhook', config: { url, authMode: 'none', ...config }, ...node }, ...after],
    edges: after.map((next) => ({ from: 'hook', to: (next as { nodeId: string }).nodeId })),
  });
  const { result, error } = await harness.call('executions/dispatch', { definitionId, ...data });
  if (error) throw new Error(error.message);
  return result.executionId as string;
}

async function stepWhen(executionId: string, isMeant: (step: any) => boolean): Promise<any> {
  const pause = pauses();
  for (;;) {
    const { result } = await harness.call('executions/get', { executionId });
    const [step] = result.steps;
    if (step && isMeant(step)) return step;
    await pause();
  }
}
const ended = (executionId: string) => stepWhen(executionId, (step) => step.completedAt !== null);
const waiting = (executionId: string) => stepWhen(executionId, (step) => step.status === 'waiting');
const callsOf = (executionId: string): readonly Hook[] =>
  receiver.hooks.filter((hook) => String(hook.headers['idempotency-key']).startsWith(`${executionId}:`));

interface Callback {
  readonly url: string;
  readonly token: string;
  readonly tokenHeader: string;
}

const callBack = async ({ url, token, tokenHeader }: Callback, body: unknown) => {
  const { http, error, result } = await harness.send(new URL(url).pathname, {
    method: 'POST',
    headers: { 'content-type': 'application/json', [tokenHeader]: token },
    body: JSON.stringify(body),
  });
  return { http, error, result };
};

describe('a sync webhook node', () => {
  test('sends a signed envelope once, and completes with what the receiver answered', async () => {
    receiver.react(() => ({
      status: 201,
      headers: { 'content-type': 'application/json', 'x-request-id': 'r1', 'set-cookie': 'secret=1' },
      body: '{"score":7}',
    }));
    const executionId = await run(
      { authMode: 'hmac', requestHeaders: { 'X-Team': 'legal' } },
      { webhookUrl: receiver.url, webhookSecret: SECRET, triggerContext: { asset: 'a1' } },
    );
    const step = await ended(executionId);
    expect(step).toMatchObject({
      status: 'completed',
      output: { httpStatus: 201, responseJson: { score: 7 }, responseText: '{"score":7}' },
    });
    expect(step.output.responseHeaders).toMatchObject({ 'content-type': 'application/json', 'x-request-id': 'r1' });
    expect(step.output.responseHeaders).not.toHaveProperty('set-cookie');
    const [call, ...more] = callsOf(executionId);
    expect(more).toEqual([]);
    expect(verifySignature(call!.body, SECRET, String(call!.headers['x-velt-signature']))).toBe(true);
    expect(call!.headers['x-team']).toBe('legal');
    expect(call!.event).toMatchObject({ executionId, stepId: step.stepId, nodeId: 'hook', input: { asset: 'a1' } });
    expect(call!.event).not.toHaveProperty('callback');
  });

  test('is called again after a 5xx with the same bytes and key, and never after a 4xx', async () => {
    receiver.react((hook) => (hook.attempt === 0 ? 503 : 200));
    const again = await run({});
    expect((await ended(again)).status).toBe('completed');
    const [first, second] = callsOf(again);
    expect(second!.body).toBe(first!.body);
    expect(second!.headers['idempotency-key']).toBe(first!.headers['idempotency-key']);
    receiver.react(() => 410);
    const gone = await run({});
    expect((await ended(gone)).error).toEqual({ code: 'webhook-node-failed', message: 'The receiver answered 410.' });
    expect(callsOf(gone)).toHaveLength(1);
  });

  test('keeps no half character of an answer, and reads JSON behind a byte order mark', async () => {
    receiver.react(() => ({
      status: 200,
      headers: {},
      body: '\ufeff{"title":"cut \\ud83d","whole":"\\ud83d\\ude00"}',
    }));
    const { output } = await ended(await run({}));
    expect(output.responseJson).toEqual({ title: 'cut \ufffd', whole: '\u{1f600}' });
  });

  test('keeps an answer with a number too large for JSON as the text that it is', async () => {
    receiver.react(() => ({ status: 200, headers: {}, body: '{"amount":1e400}' }));
    const { output } = await ended(await run({}));
    expect(output).toMatchObject({ httpStatus: 200, responseText: '{"amount":1e400}' });
    expect(output).not.toHaveProperty('responseJson');
  });

  test('is called again when its answer breaks off', async () => {
    receiver.react((hook) => ({
      status: 200,
      headers: { 'content-length': '11' },
      body: hook.attempt === 0 ? '{"sco' : '{"score":7}',
    }));
    const executionId = await run({});
    expect(await ended(executionId)).toMatchObject({ status: 'completed', output: { responseJson: { score: 7 } } });
    expect(callsOf(executionId).map((call) => call.attempt)).toEqual([0, 1]);
  });

  test('completes with a listed code, sends a GET without a body, and wants a body when it says so', async () => {
    receiver.react(() => 404);
    const listed = await run({ method: 'GET', expectedStatusCodes: [404] });
    expect(await ended(listed)).toMatchObject({ status: 'completed', output: { httpStatus: 404, responseText: '' } });
    expect(callsOf(listed)[0]).toMatchObject({ method: 'GET', body: '' });
    receiver.react(() => 200);
    const empty = await run({}, {}, { requireNonEmptyOutput: true });
    expect((await ended(empty)).error.code).toBe('webhook-node-empty-response');
  });

  test('passes its input through, with a token that nobody else ever sees', async () => {
    receiver.react(() => 200);
    const executionId = await run(
      { authMode: 'token', bodyTemplate: 'pass-through' },
      { triggerContext: { asset: 'a1', webhookAuth: { hook: TOKEN, other: 'dropped' } } },
    );
    await ended(executionId);
    const [call] = callsOf(executionId);
    expect(call!.headers.authorization).toBe(TOKEN);
    expect(call!.event).toEqual({ asset: 'a1' });
    const workspace = await workspaceOf(executionId);
    const handle = harness.client.workflow.getHandle(
      executionWorkflowId(workspace, keyOfExecutionId(executionId) as string),
    );
    const history = JSON.stringify(await handle.fetchHistory()).replace(/"data":"([^"]+)"/g, (_all, data) =>
      Buffer.from(data, 'base64').toString('utf8'),
    );
    expect(history).toContain('sealed:v1:');
    expect(history).not.toContain('marker-token-4711');
    expect(JSON.stringify(await harness.call('executions/get', { executionId }))).not.toContain('marker-token');
  });

  test.each([
    ['with escapes', 'MARKER-token-"of\\\\ours"'],
    ['of letters', 'MARKER-plain-token'],
    ['of two words', 'Bearer MARKER-plain-token'],
    ['that is escaped without need', 'ab/cd+ef<MARKER'],
    ['of 4,096 characters', 'MARKER-/'.repeat(512)],
  ])('shows a token %s nowhere, though the receiver repeats what it was sent', async (_what, token) => {
    receiver.react(({ headers }) => ({
      status: 200,
      headers: {
        location: `/?by=${headers['x-api-token']}&to=${encodeURIComponent(String(headers['x-api-token']))}`,
      },
      // With the escapes of PHP, .NET and Go.
      body: JSON.stringify({ headers, word: String(headers['x-api-token']).split(' ').at(-1) })
        .replaceAll('/', '\\/')
        .replaceAll('+', '\\u002B')
        .replaceAll('<', '\\u003c'),
    }));
    const config = { authMode: 'token', authTokenHeader: 'X-Api-Token' };
    const executionId = await run(config, { triggerContext: { webhookAuth: { hook: token } } });
    const { output } = await ended(executionId);
    expect(callsOf(executionId)[0]!.headers['x-api-token']).toBe(token);
    expect(output.responseJson.headers['x-api-token']).toBe('[token]');
    expect(output.responseHeaders.location).toBe('/?by=[token]&to=[token]');
    expect(JSON.stringify(output)).not.toContain('MARKER');
  });

  test('fails, and is not sent, without the secret or the token that it needs', async () => {
    const unsigned = await run({ authMode: 'hmac' });
    expect((await ended(unsigned)).error.code).toBe('webhook-node-not-configured');
    for (const nodeId of ['hook', 'constructor']) {
      const tokenless = await run({ authMode: 'token' }, {}, { nodeId });
      expect((await ended(tokenless)).error).toEqual({
        code: 'webhook-node-not-configured',
        message: `triggerContext.webhookAuth had no token for the node "${nodeId}" when this was dispatched.`,
      });
      expect(callsOf(tokenless)).toEqual([]);
    }
    expect(callsOf(unsigned)).toEqual([]);
  });

  test('is refused at write time when its URL leads inside, and at dispatch when a token is no header', async () => {
    const nodes = [{ nodeId: 'a', type: 'webhook', config: { url: 'https://10.0.0.1/x' } }];
    const { error } = await harness.call('definitions/create', { definitionId: 'inside', name: 'x', nodes });
    expect(error.message).toContain('private, loopback');
    await expect(
      run({ authMode: 'token' }, { triggerContext: { webhookAuth: { hook: 'marker\r\nx: y' } } }),
    ).rejects.toThrow(/webhookAuth must be an object of node ids/);
  });
});

async function workspaceOf(executionId: string): Promise<string> {
  for await (const { workflowId } of harness.client.workflow.list({ query: 'WorkflowType = "execution"' })) {
    const [, workspace = '', key = ''] = workflowId.split('/');
    if (`exec_${key}` === executionId) return workspace;
  }
  return workspaceOf(executionId);
}

describe('an async webhook node', () => {
  test('ends exactly once under 20 racing callbacks; a late one is told 409', async () => {
    receiver.react(() => 202);
    const review = { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } };
    const executionId = await run({ mode: 'async' }, {}, { after: [review] });
    await waiting(executionId);
    const { callback } = callsOf(executionId)[0]!.event;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => callBack(callback, { status: 'completed', output: { n } })),
    );
    expect(answers.map(({ http }) => http).sort()).toEqual([200, ...Array<number>(19).fill(409)]);
    const winner = answers.findIndex(({ http }) => http === 200);
    expect((await ended(executionId)).output).toEqual({ n: winner });
    expect((await callBack(callback, { status: 'failed' })).http).toBe(409);
    await harness.call('executions/cancel', { executionId });
    expect((await callBack(callback, { status: 'failed' })).http).toBe(409);
  });

  test('keeps nothing of the answer to its call, in which a receiver may repeat the token', async () => {
    receiver.react(({ body }) => ({ status: 202, headers: {}, body }));
    const executionId = await run({ mode: 'async' });
    expect((await waiting(executionId)).output).toBeNull();
    const { callback } = callsOf(executionId)[0]!.event;
    const workflowId = executionWorkflowId(await workspaceOf(executionId), keyOfExecutionId(executionId)!);
    const { events } = await harness.client.workflow.getHandle(workflowId).fetchHistory();
    const texts = (events ?? []).flatMap(
      ({ activityTaskCompletedEventAttributes: end }) =>
        end?.result?.payloads?.map(({ data }) => Buffer.from(data ?? []).toString()) ?? [],
    );
    expect(texts.some((text) => text.includes('"httpStatus":202'))).toBe(true);
    expect(texts.join()).not.toContain(callback.token);
  });

  test('takes no token of another step or execution, and none that was made up', async () => {
    receiver.react(() => 202);
    const [one, two] = [await run({ mode: 'async', bodyTemplate: 'pass-through' }), await run({ mode: 'async' })];
    await Promise.all([waiting(one), waiting(two)]);
    const { callbackUrl, callbackToken, callbackTokenHeader } = callsOf(one)[0]!.event._velt;
    const own = { url: callbackUrl, token: callbackToken, tokenHeader: callbackTokenHeader };
    const other = callsOf(two)[0]!.event.callback;
    const body = { status: 'completed', output: {} };
    for (const token of [other.token, 'nonsense', '', `${own.token}x`, own.token.slice(0, -1)]) {
      const { http, error } = await callBack({ ...own, token }, body);
      expect([http, error.status]).toEqual([401, 'UNAUTHENTICATED']);
    }
    expect((await callBack({ ...own, url: other.url }, body)).http).toBe(401);
    const { error } = await callBack({ ...own, tokenHeader: 'x-another' }, body);
    expect(error.message).toBe('The header x-velt-callback-token is missing.');
    expect((await stepWhen(one, () => true)).status).toBe('waiting');
    expect((await callBack(own, body)).http).toBe(200);
  });

  test('fails with the reason of its callback; a malformed one ends nothing', async () => {
    receiver.react(() => 202);
    const executionId = await run({ mode: 'async' });
    await waiting(executionId);
    const { callback } = callsOf(executionId)[0]!.event;
    for (const body of [{}, { status: 'done' }, { status: 'completed', output: [] }, { status: 'failed', more: 1 }]) {
      expect((await callBack(callback, body)).http).toBe(400);
    }
    expect((await callBack(callback, { status: 'completed', output: { huge: 'x'.repeat(300_000) } })).http).toBe(400);
    expect((await callBack(callback, { status: 'failed', error: { message: 'out of stock', code: 7 } })).http).toBe(
      200,
    );
    expect((await ended(executionId)).error).toEqual({ code: 'webhook-node-failed', message: 'out of stock' });
  });
});

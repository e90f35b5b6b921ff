import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readInput } from '../../../src/temporal/first-event';
import type { ExecutionContext } from '../../../src/workflows/contract/execution';
import { eventually } from '../../support/eventually';
import { minimal, newId } from '../definitions/sample';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const SECRET = "It's a Secret to Everybody";
const PATH = '/v2/workflow/webhook-inbound/trigger';
const apiKey = CREDENTIALS.one['x-velt-api-key'];

const inbound = (rest: object = {}) => ({
  triggerId: 'hook',
  inboundWebhook: { authMode: 'hmac', secret: SECRET, ...rest },
});
async function defined(webhook: object, rest: object = {}): Promise<string> {
  const { result, error } = await api.call('definitions/create', minimal({ triggers: [inbound(webhook)], ...rest }));
  if (error) throw new Error(error.message);
  return result.definitionId;
}

const hex = (body: string | Buffer, algorithm: 'sha1' | 'sha256' = 'sha256', secret = SECRET) =>
  createHmac(algorithm, secret).update(body).digest('hex');

interface Sent {
  readonly headers?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly path?: string;
}

async function post(body: string | Buffer, { headers = {}, query = {}, path = PATH }: Sent = {}) {
  const search = new URLSearchParams({ ...query }).toString();
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-velt-api-key': apiKey, ...headers },
    body,
  };
  const { http, body: answer } = await api.send(`${path}${search ? `?${search}` : ''}`, init as RequestInit);
  return { http, answer };
}
const address = (definitionId: string, triggerId = 'hook') => ({ definitionId, triggerId });
const github = (definitionId: string, body: string, headers: Record<string, string> = {}) =>
  post(body, {
    query: address(definitionId),
    headers: { 'x-hub-signature-256': `sha256=${hex(body)}`, 'x-github-event': 'push', ...headers },
  });
const velt = (definitionId: string, rest: object = {}, headers: Record<string, string> = {}) => {
  const body = JSON.stringify({ ...address(definitionId), ...rest });
  return post(body, { headers: { 'x-velt-signature': `sha256=${hex(body)}`, ...headers } });
};

async function contextOf(definitionId: string, executionId: string): Promise<ExecutionContext> {
  const found = () => api.call('executions/list', { definitionId });
  await eventually(found, ({ result }) => result.items.some((it: any) => it.executionId === executionId));
  const suffix = `/${executionId.replace(/^exec_/, '')}`;
  for await (const { workflowId } of api.client.workflow.list({ query: `DefinitionId = "${definitionId}"` })) {
    if (!workflowId.endsWith(suffix)) continue;
    return ((await readInput(api.client, { workflowId })) as unknown[])[1] as ExecutionContext;
  }
  throw new Error('not listed');
}

describe('webhook-inbound/trigger', () => {
  test('velt: ids and payload in the body; the scope of the definition; both prefixes', async () => {
    const scope = { level: 'organization', organizationId: 'org-1' };
    const definitionId = await defined({}, { scope });
    const { http, answer } = await velt(definitionId, { type: 'draft.ready', payload: { asset: 42 } });
    expect([http, answer]).toEqual([
      200,
      {
        ok: true,
        code: 'accepted',
        executionId: expect.stringMatching(/^exec_trig:[0-9a-f]{64}$/),
        deduplicated: false,
      },
    ]);
    const context = await contextOf(definitionId, answer.executionId);
    expect(context).toMatchObject({ triggerContext: { asset: 42 }, organizationId: 'org-1', documentId: null });
    const body = JSON.stringify(address(definitionId));
    const signed = { 'x-velt-signature': `sha256=${hex(body)}` };
    expect((await post(body, { headers: signed, path: PATH.replace('v2', 'v1') })).http).toBe(200);
  });

  test('github: the whole body is the context, the API key may stand in the query', async () => {
    const definitionId = await defined({ provider: 'github' });
    const body = '{ "ref": "refs/heads/main",  "n": 1 }';
    const { answer } = await post(body, {
      query: { ...address(definitionId), apiKey },
      headers: { 'x-velt-api-key': '', 'x-hub-signature-256': `sha256=${hex(body)}` },
    });
    expect(answer).toMatchObject({ ok: true, code: 'accepted' });
    expect((await contextOf(definitionId, answer.executionId)).triggerContext).toEqual({
      ref: 'refs/heads/main',
      n: 1,
    });
  });

  test('github: the documented vector passes the signature, and is refused for being no JSON; another one is 401', async () => {
    const definitionId = await defined({ provider: 'github' });
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const sent = (given: string) =>
      post('Hello, World!', { query: address(definitionId), headers: { 'x-hub-signature-256': given } });
    expect(await sent(signature)).toMatchObject({ http: 400, answer: { ok: false, code: 'invalid-request' } });
    expect((await sent(signature.replace(/7$/, '8'))).http).toBe(401);
  });

  test('vercel: SHA-1 without a prefix; the event is in the header, or else in the body', async () => {
    const definitionId = await defined({ provider: 'vercel', allowedEvents: ['deployment.ready'] });
    const send = (body: string, headers: Record<string, string> = {}) =>
      post(body, { query: address(definitionId), headers: { 'x-vercel-signature': hex(body, 'sha1'), ...headers } });
    expect((await send('{"type":"deployment.ready"}')).answer.code).toBe('accepted');
    expect((await send('{}', { 'x-vercel-deployment-event': 'deployment.ready' })).answer.code).toBe('accepted');
    expect((await send('{"type":"deployment.error"}')).answer).toEqual({ ok: false, code: 'event-ignored' });
    const named = { 'x-vercel-deployment-event': 'deployment.error' };
    expect((await send('{"type":"deployment.ready"}', named)).answer.code).toBe('event-ignored');
  });

  test('custom: header, algorithm, prefix and event header as configured', async () => {
    const definitionId = await defined({
      provider: 'custom',
      signatureHeader: 'X-Signature',
      signatureAlgorithm: 'sha1',
      signaturePrefix: 'v1:',
      eventNameHeader: 'X-Event',
      allowedEvents: ['go'],
      payloadMapping: 'wrap',
    });
    const send = (headers: Record<string, string>) => post('[1,2]', { query: address(definitionId), headers });
    const signed = { 'x-signature': `v1:${hex('[1,2]', 'sha1')}` };
    const { answer } = await send({ ...signed, 'x-event': 'go' });
    expect((await contextOf(definitionId, answer.executionId)).triggerContext).toEqual({ source: [1, 2] });
    expect((await send(signed)).answer).toEqual({ ok: false, code: 'event-ignored' });
    expect((await send({ 'x-signature': hex('[1,2]', 'sha1'), 'x-event': 'go' })).http).toBe(401);
  });

  test('bearer: the secret itself, and no signature', async () => {
    const definitionId = await defined({ authMode: 'bearer' });
    const body = JSON.stringify({ ...address(definitionId), payload: { a: 1 } });
    expect((await post(body, { headers: { authorization: `Bearer ${SECRET}` } })).http).toBe(200);
    expect((await post(body, { headers: { authorization: `Bearer ${SECRET}x` } })).http).toBe(401);
    expect((await post(body, { headers: { 'x-velt-signature': `sha256=${hex(body)}` } })).http).toBe(401);
  });

  test('bearer: a secret beyond ASCII is known by its bytes in UTF-8 and in Latin-1', async () => {
    const secret = 'schlüssel-0123456789';
    const definitionId = await defined({ authMode: 'bearer', secret });
    const body = JSON.stringify({ ...address(definitionId), payload: { a: 1 } });
    for (const written of [secret, Buffer.from(secret).toString('latin1')]) {
      expect((await post(body, { headers: { authorization: `Bearer ${written}` } })).http).toBe(200);
    }
    expect((await post(body, { headers: { authorization: 'Bearer schlussel-0123456789' } })).http).toBe(401);
  });

  test('the events of a trigger: others are ignored, and so is one without a name', async () => {
    const definitionId = await defined({ provider: 'github', allowedEvents: ['push'] });
    expect((await github(definitionId, '{}')).answer.code).toBe('accepted');
    for (const event of ['ping', '', 'Push']) {
      const { http, answer } = await github(definitionId, '{}', { 'x-github-event': event });
      expect([http, answer]).toEqual([200, { ok: false, code: 'event-ignored' }]);
    }
    const own = await defined({ allowedEvents: ['draft.ready'] });
    expect((await velt(own, { type: 'draft.ready' })).answer.code).toBe('accepted');
    expect((await velt(own)).answer.code).toBe('event-ignored');
  });

  test('one event is one execution: by header, by body path, and where neither has an id each request is its own', async () => {
    const definitionId = await defined({ idempotencyHeader: 'X-Delivery', idempotencyBodyPath: 'payload.event.id' });
    const first = await velt(definitionId, {}, { 'x-delivery': 'd-1' });
    const text = JSON.stringify([definitionId, 'hook', 'd-1']);
    expect(first.answer.executionId).toBe(`exec_trig:${createHash('sha256').update(text).digest('hex')}`);
    expect((await velt(definitionId, { payload: { x: 1 } }, { 'x-delivery': 'd-1' })).answer).toEqual({
      ...first.answer,
      deduplicated: true,
    });
    const byPath = () => velt(definitionId, { payload: { event: { id: 7 } } });
    const [one, again] = [await byPath(), await byPath()];
    expect(again.answer).toEqual({ ...one.answer, deduplicated: true });
    const large = (id: string) => {
      const body = JSON.stringify({ ...address(definitionId), payload: { event: { id: 'ID' } } }).replace('"ID"', id);
      return post(body, { headers: { 'x-velt-signature': `sha256=${hex(body)}` } });
    };
    const [big, bigger] = [await large('9007199254740992'), await large('9007199254740993')];
    expect(bigger.answer.executionId).not.toBe(big.answer.executionId);
    expect((await large('9007199254740993')).answer).toEqual({ ...bigger.answer, deduplicated: true });
    const [some, other] = [await velt(definitionId), await velt(definitionId)];
    expect([some.answer.deduplicated, other.answer.deduplicated]).toEqual([false, false]);
  });

  test('401, and always the same: a wrong signature, an unknown API key, definition or trigger, a deleted definition', async () => {
    const definitionId = await defined({});
    const scheduled = { triggerId: 'clock', schedule: { cron: '0 3 1 1 *', timezone: 'UTC', enabled: true } };
    const clock = (await api.call('definitions/create', minimal({ triggers: [scheduled] }))).result.definitionId;
    const viaGithub = await defined({ provider: 'github' });
    const deleted = await defined({});
    await api.call('definitions/delete', { definitionId: deleted });
    const right = JSON.stringify(address(definitionId));
    const signed = `sha256=${hex(right)}`;
    const inBody = JSON.stringify(address(viaGithub));
    const answers = await Promise.all([
      post(right),
      ...[
        '',
        signed.slice(0, -1),
        signed.slice(7),
        signed.toUpperCase(),
        `sha256=${signed.slice(7).toUpperCase()}`,
      ].map((given) => post(right, { headers: { 'x-velt-signature': given } })),
      post(`${right} `, { headers: { 'x-velt-signature': signed } }),
      post(right, { headers: { 'x-velt-signature': signed, 'x-velt-api-key': 'nobody' } }),
      post(right, { headers: { 'x-velt-signature': signed, 'x-velt-api-key': '' } }),
      post(right, { headers: { 'x-velt-signature': signed, 'x-velt-api-key': CREDENTIALS.two['x-velt-api-key'] } }),
      post(inBody, { headers: { 'x-hub-signature-256': `sha256=${hex(inBody)}` } }),
      velt(newId()),
      velt('../../x'),
      velt(definitionId, { triggerId: 'other' }),
      velt(clock, { triggerId: 'clock' }),
      velt(deleted),
    ]);
    for (const { http, answer } of answers) expect([http, answer]).toEqual([401, { ok: false, code: 'unauthorized' }]);
  });

  test('413 beyond 1 MiB, and up to it accepted', async () => {
    const definitionId = await defined({});
    const base = JSON.stringify({ ...address(definitionId), pad: '' });
    const body = (bytes: number) => base.replace('"pad":""', `"pad":"${'x'.repeat(bytes - base.length)}"`);
    const send = (text: string) => post(text, { headers: { 'x-velt-signature': `sha256=${hex(text)}` } });
    expect((await send(body(1_048_576))).http).toBe(200);
    expect(await send(body(1_048_577))).toEqual({ http: 413, answer: { ok: false, code: 'body-too-large' } });
  });

  test('400 for what is signed and cannot be understood', async () => {
    const definitionId = await defined({ provider: 'github' });
    for (const body of [
      '',
      '{',
      '[1]',
      '"text"',
      '{"__proto__":{}}',
      '{"a":1,"a":2}',
      `${'['.repeat(70)}${']'.repeat(70)}`,
    ]) {
      expect(await github(definitionId, body)).toMatchObject({
        http: 400,
        answer: { ok: false, code: 'invalid-request' },
      });
    }
    expect((await post('{}')).http).toBe(400);
    const numbers = Array(70_000).fill('1E20').join(',');
    for (const [body, message] of [
      ['{"webhookAuth":"none of ours"}', /^webhookAuth in the payload must be an object of node ids/],
      [`{"numbers":[${numbers}]}`, /takes more than \d+ bytes when it is written out/],
    ] as const) {
      expect(await github(definitionId, body)).toEqual({
        http: 400,
        answer: { ok: false, code: 'invalid-request', message: expect.stringMatching(message) },
      });
    }
    expect((await velt(await defined({}), { payload: 'text' })).http).toBe(400);
  });

  test("a form, as GitHub's webhooks are until one chooses otherwise, is told what to choose", async () => {
    const definitionId = await defined({ provider: 'github' });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await github(definitionId, 'payload=%7B%22ref%22%3A%22main%22%7D', form)).toEqual({
      http: 400,
      answer: { ok: false, code: 'invalid-request', message: expect.stringContaining('application/json') },
    });
    expect((await github(definitionId, '{"ref":"main"}', form)).answer.code).toBe('accepted');
  });

  test('takes no other method: it is a path that there is not', async () => {
    for (const method of ['GET', 'OPTIONS', 'PUT', 'DELETE']) {
      const { http, error } = await api.send(PATH, { method, headers: { 'x-velt-api-key': apiKey } });
      expect([method, http, error.status]).toEqual([method, 404, 'NOT_FOUND']);
    }
  });

  test('the version that is current starts, with the secret that is current', async () => {
    const definitionId = await defined({});
    const next = inbound({ secret: 'another-secret-entirely' });
    await api.call('definitions/update', minimal({ definitionId, ifVersion: 1, triggers: [next] }));
    expect((await velt(definitionId)).http).toBe(401);
    const body = JSON.stringify(address(definitionId));
    const signed = { 'x-velt-signature': `sha256=${hex(body, 'sha256', 'another-secret-entirely')}` };
    const { answer } = await post(body, { headers: signed });
    const { result } = await api.call('executions/get', { executionId: answer.executionId });
    expect(result.definitionVersion).toBe(2);
  });
});

describe('429', () => {
  test('webhooks of an API key share as many requests a second as its callers have, who lose none of theirs', async () => {
    const strict = await startApiHarness({ worker: false, env: { RATE_LIMIT: '1' } });
    try {
      const send = async () => {
        const headers = { 'x-velt-api-key': apiKey };
        const response = await fetch(`${strict.url}${PATH}`, { method: 'POST', headers, body: '{}' });
        return { http: response.status, body: await response.json(), retryAfter: response.headers.get('retry-after') };
      };
      const limited = await eventually(send, ({ http }) => http === 429);
      expect(limited).toEqual({ http: 429, body: { ok: false, code: 'rate-limited' }, retryAfter: '1' });
      expect((await strict.call('definitions/get', { definitionId: 'no-such' })).http).toBe(404);
    } finally {
      await strict.close();
    }
  });
});

describe('the secret of an inbound webhook', () => {
  const list = async (definitionId: string) => {
    const { items } = (await api.call('definitions/list', {})).result;
    return items.find((it: any) => it.definitionId === definitionId);
  };

  test('is written and never read: no view shows it, and Temporal holds it sealed', async () => {
    const triggers = [inbound({ provider: 'github' })];
    const { result } = await api.call('definitions/create', minimal({ triggers }));
    const { definitionId } = result;
    const expected = { authMode: 'hmac', provider: 'github', payloadMapping: 'pass-through' };
    expect(result.triggers).toEqual([{ triggerId: 'hook', inboundWebhook: expected }]);
    expect((await api.call('definitions/get', { definitionId })).result.triggers).toEqual(result.triggers);
    const found = await eventually<any>(
      () => list(definitionId),
      (it) => it !== undefined,
    );
    expect(found.triggers).toEqual(result.triggers);
    const inputs: string[] = [];
    for await (const { workflowId } of api.client.workflow.list({ query: `DefinitionId = "${definitionId}"` })) {
      inputs.push(JSON.stringify(await readInput(api.client, { workflowId })));
    }
    expect(inputs.join()).toContain('sealed:v1:');
    expect(inputs.join()).not.toContain(SECRET);
  });

  test('stays when an update leaves it out, and a new webhook cannot do without', async () => {
    const definitionId = await defined({});
    const view = (await api.call('definitions/get', { definitionId })).result;
    expect((await api.call('definitions/update', { ...view, name: 'Renamed', ifVersion: 1 })).http).toBe(200);
    expect((await velt(definitionId)).answer.code).toBe('accepted');
    const other = { triggerId: 'other', inboundWebhook: { authMode: 'hmac' } };
    for (const [operation, data] of [
      ['definitions/update', { ...view, triggers: [...view.triggers, other], ifVersion: 2 }],
      ['definitions/create', { ...view, definitionId: newId() }],
    ] as const) {
      const { http, error } = await api.call(operation, data);
      expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
      expect(error.message).toContain('inboundWebhook.secret is required');
    }
  });
});

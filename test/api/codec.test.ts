import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from './harness';

const TOKEN = 'operator-token-of-more-than-128-bits';
const ORIGIN = 'https://temporal.acme.com';
const [OLD, NEW] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`) as [string, string];
/** More than the other tests make. */
const GUESSES_MAX = 10;
const MARK = 'MARKER-IN-A-PAYLOAD';

let harness: ApiHarness;
beforeAll(async () => {
  harness = await startApiHarness({
    limits: { failedAuthenticationsPerMinute: GUESSES_MAX },
    env: {
      PAYLOAD_CODEC: 'on',
      SECRET_KEYS: `${NEW},${OLD}`,
      CODEC_TOKENS: createHash('sha256').update(TOKEN).digest('hex'),
      CODEC_UI_ORIGINS: ORIGIN,
    },
  });
});
afterAll(() => harness.close());

const bearer = { authorization: `Bearer ${TOKEN}` };
const basic = { authorization: `Basic ${Buffer.from(`anna:${TOKEN}`).toString('base64')}` };
const codec = (verb: string, body: unknown, headers: object = bearer) =>
  fetch(`${harness.url}/codec/${verb}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-namespace': 'default', ...headers },
    body: JSON.stringify(body),
  });
const plain = {
  metadata: { encoding: Buffer.from('json/plain').toString('base64') },
  data: Buffer.from('{"a":1}').toString('base64'),
};

/** An execution as Temporal stores it: the raw first event and the raw memo, as JSON. */
async function rawExecution(): Promise<{ executionId: string; payloads: any[]; raw: string }> {
  const definitionId = await harness.define();
  const { executionId } = await harness.waiting(definitionId, ['human-legal'], { triggerContext: { campaign: MARK } });
  const { namespace } = harness.client.options;
  const { workspace } = harness.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one') as {
    workspace: string;
  };
  const execution = { workflowId: `execution/${workspace}/${executionId.slice(5)}` };
  const { history } = await harness.client.workflowService.getWorkflowExecutionHistory({ namespace, execution });
  const raw = Buffer.from(JSON.stringify(history)).toString('utf8');
  const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return {
    executionId,
    raw,
    payloads: payloads.map((it) => ({
      metadata: Object.fromEntries(
        Object.entries(it.metadata ?? {}).map(([k, v]) => [k, Buffer.from(v).toString('base64')]),
      ),
      data: Buffer.from(it.data ?? []).toString('base64'),
    })),
  };
}

describe('with PAYLOAD_CODEC on', () => {
  test('everything works as without, and Temporal sees ciphertext; the endpoint shows an operator what it says', async () => {
    const { executionId, payloads } = await rawExecution();
    expect((await harness.call('executions/get', { executionId })).result.status).toBe('running');
    expect((await harness.call('executions/cancel', { executionId })).result.cancelled).toBe(true);
    expect(payloads.length).toBeGreaterThan(1);
    for (const { metadata, data } of payloads) {
      expect(Buffer.from(metadata.encoding, 'base64').toString()).toBe('binary/encrypted');
      expect(Buffer.from(data, 'base64').toString('latin1')).not.toContain(MARK);
    }
    const decoded: any = await (await codec('decode', { payloads })).json();
    const texts = decoded.payloads.map(({ data }: any) => Buffer.from(data, 'base64').toString());
    expect(texts.join()).toContain(MARK);
  });

  test('what was encoded decodes, as Bearer, as Basic and with the namespace in the path; plain payloads pass', async () => {
    for (const headers of [bearer, basic]) {
      const encoded: any = await (await codec('encode', { payloads: [plain] }, headers)).json();
      expect(encoded.payloads[0]).not.toEqual(plain);
      expect(await (await codec('default/decode', encoded, headers)).json()).toEqual({ payloads: [plain] });
    }
    expect(await (await codec('decode', { payloads: [plain] })).json()).toEqual({ payloads: [plain] });
  });

  test.each([
    ['no token', {}],
    ['another token', { authorization: 'Bearer nonsense' }],
    ['an API key', { 'x-velt-api-key': 'key-of-workspace-one', 'x-velt-auth-token': 'token-of-workspace-one' }],
  ])('%s: 401, and nothing is decoded', async (_what, headers) => {
    const response = await codec('decode', { payloads: [plain] }, headers);
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('Basic'),
    ]);
    expect(await response.text()).not.toContain(plain.data);
  });

  test('nonsense, and what another key encrypted, are a 400 that holds nothing of it', async () => {
    const foreign = {
      metadata: {
        encoding: Buffer.from('binary/encrypted').toString('base64'),
        'encryption-key-id': Buffer.from('gone').toString('base64'),
      },
      data: Buffer.alloc(64).toString('base64'),
    };
    for (const body of [{ payloads: 'x' }, [], { payloads: [foreign] }]) {
      expect((await codec('decode', body)).status).toBe(400);
    }
  });

  test('who knows the token and asks otherwise than by POST is told how to ask', async () => {
    const response = await fetch(`${harness.url}/codec/decode`, { headers: bearer });
    const { error } = (await response.json()) as { error: object };
    const message = 'There is no GET /codec/decode; there are POST /codec/decode and POST /codec/encode.';
    expect([response.status, error]).toEqual([404, { status: 'NOT_FOUND', message }]);
  });

  test("the configured UI's origin may ask, no other may", async () => {
    const preflight = (origin: string) =>
      fetch(`${harness.url}/codec/decode`, { method: 'OPTIONS', headers: { origin } });
    const allowed = await preflight(ORIGIN);
    expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([204, ORIGIN]);
    expect(allowed.headers.get('access-control-allow-headers')).toContain('x-namespace');
    expect((await preflight('https://evil.acme.com')).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('413: more than a page of history', async () => {
    const data = 'x'.repeat(17 * 1024 * 1024);
    expect((await codec('decode', { payloads: [{ ...plain, data }] })).status).toBe(413);
  });

  test('who guesses tokens is braked, and who has one is not', async () => {
    const guess = async () => (await codec('decode', { payloads: [] }, { authorization: 'Bearer guess' })).status;
    const statuses = [];
    for (let n = 0; n < GUESSES_MAX + 1; n++) statuses.push(await guess());
    expect([...new Set(statuses)]).toEqual([401, 429]);
    expect((await codec('decode', { payloads: [plain] })).status).toBe(200);
  });
});

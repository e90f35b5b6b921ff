import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sessionTokens } from '../../../src/api/conductor/session-token';
import { credentialsOf } from '../../../src/config/dialect-access';
import { conductorOf, type DialectCaller } from '../dialects';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../harness';

let api: ApiHarness;
let conductor: DialectCaller;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
  conductor = conductorOf(api);
});
afterAll(() => api.close());

const KEY = CREDENTIALS.one['x-velt-api-key'];
const TOKEN = CREDENTIALS.one['x-velt-auth-token'];
const take = (keyId: string, keySecret: string) => conductor('POST /api/token', { body: { keyId, keySecret } });
/** What is not there is a 404 for those who may ask. */
const ask = (token: string, headers: Record<string, string> = {}) =>
  conductor('GET /api/workflow/nothing', { headers: { 'x-authorization': token, ...headers } });

describe('X-Authorization', () => {
  test('an auth token of a workspace is enough', async () => {
    expect((await ask(TOKEN)).http).toBe(404);
  });

  test('401 INVALID_TOKEN: a missing one, an unknown one', async () => {
    for (const token of ['', 'wrong', `Bearer ${TOKEN}`]) {
      const { http, json } = await ask(token);
      expect([http, json]).toEqual([401, { error: 'INVALID_TOKEN', message: expect.any(String) }]);
    }
  });

  test('the token that POST /api/token gives serves as well, for its own workspace', async () => {
    const { http, json } = await take(KEY, TOKEN);
    expect(http).toBe(200);
    expect((await ask(json.token)).http).toBe(404);
  });

  test('401 INVALID_TOKEN: a token that was changed, or signed by somebody else', async () => {
    const { json } = await take(KEY, TOKEN);
    const [head, body, signature] = json.token.split('.');
    const forged = Buffer.from(JSON.stringify({ ...JSON.parse(String(Buffer.from(body, 'base64url'))), exp: 9e12 }));
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    const foreign = sessionTokens([{ keyId: 'dev', key: Buffer.alloc(32, 1) }]).issue(credentialsOf(KEY, TOKEN));
    for (const token of [
      `${head}.${forged.toString('base64url')}.${signature}`,
      `${none}.${body}.`,
      `${head}.${body}.`,
      foreign,
    ]) {
      const answer = await ask(token);
      expect([answer.http, answer.json.error]).toEqual([401, 'INVALID_TOKEN']);
    }
  });

  test('401 EXPIRED_TOKEN: after an hour', async () => {
    const now = Date.now();
    const of = (at: number) => sessionTokens(api.config.secretKeys, () => at).issue(credentialsOf(KEY, TOKEN));
    expect((await ask(of(now - 3_590_000))).http).toBe(404);
    const { http, json } = await ask(of(now - 3_601_000));
    expect([http, json.error]).toEqual([401, 'EXPIRED_TOKEN']);
  });

  test('401: a session whose API key or token is gone', async () => {
    const gone = sessionTokens(api.config.secretKeys).issue(credentialsOf(KEY, 'a token of before'));
    expect((await ask(gone)).json.error).toBe('INVALID_TOKEN');
  });
});

describe('POST /api/token', () => {
  test('401 INVALID_TOKEN: a wrong key, a wrong secret, and the secret of another key', async () => {
    for (const [keyId, keySecret] of [
      ['nobody', TOKEN],
      [KEY, 'wrong'],
      [KEY, CREDENTIALS.two['x-velt-auth-token']],
    ] as const) {
      const { http, json } = await take(keyId, keySecret);
      expect([http, json.error]).toEqual([401, 'INVALID_TOKEN']);
    }
  });

  test.each([
    [{ keyId: KEY, keySecret: { value: 'a-hidden-secret' } }, 'keySecret'],
    [{ keyId: KEY, keySecret: 9.8765e19 }, 'keySecret'],
    [{ keyId: ['a-hidden-key'], keySecret: TOKEN }, 'keyId'],
    [['a-hidden-key', 'a-hidden-secret'], ''],
    ['a-hidden-secret', ''],
  ])('400: what has the wrong type is not repeated: %j', async (body, path) => {
    const { http, text, json } = await conductor('POST /api/token', { body });
    expect([http, json.validationErrors[0].path]).toEqual([400, path]);
    expect(text).not.toMatch(/hidden|98765/);
  });

  test('400: fields that are missing; 413: a body that holds no credentials', async () => {
    expect((await conductor('POST /api/token', { body: { keyId: KEY } })).json.validationErrors[0].path).toBe(
      'keySecret',
    );
    expect((await conductor('POST /api/token', { raw: 'x'.repeat(20_000) })).http).toBe(413);
    const unannounced = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.alloc(20_000, 'x'));
        controller.close();
      },
    });
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: unannounced, duplex: 'half' };
    expect((await api.send('/api/token', init as RequestInit)).http).toBe(413);
  });
});

describe('the development workspace', () => {
  let dev: ApiHarness;
  beforeAll(async () => {
    dev = await startApiHarness({ worker: false, env: { API_KEYS_FILE: '' } });
  });
  afterAll(() => dev.close());
  const askDev = (headers: Record<string, string>) =>
    conductorOf(dev)('GET /api/workflow/nothing', { headers: { 'x-authorization': '', ...headers } });

  test('a client that runs without keys is let in; a page of another site is not, nor is a wrong token', async () => {
    expect((await askDev({})).http).toBe(404);
    expect((await askDev({ 'sec-fetch-site': 'cross-site' })).http).toBe(401);
    expect((await askDev({ 'x-authorization': 'wrong' })).http).toBe(401);
  });

  test('a page is told by its Origin where the browser says nothing else', async () => {
    const { host, port } = new URL(dev.url);
    const send = (headers: Record<string, string>) => sendBy(dev, headers);
    expect(await send({})).toBe(404);
    expect(await send({ origin: dev.url })).toBe(404);
    expect(await send({ host: `localhost:${port}`, origin: `http://localhost:${port}` })).toBe(404);
    expect(await send({ host: `app.localhost:${port}`, origin: `http://app.localhost:${port}` })).toBe(404);
    for (const origin of ['https://elsewhere.example', 'null', `http://${host.replace('127', '128')}`, '']) {
      expect([origin, await send({ origin })]).toEqual([origin, 401]);
    }
  });
});

test('where other machines call, a page is told by its Origin also when its name was made to lead here', async () => {
  const open = await startApiHarness({ worker: false, env: { API_KEYS_FILE: '', HOST: '0.0.0.0' } });
  try {
    const host = 'server.example';
    expect(await sendBy(open, { host })).toBe(404);
    expect(await sendBy(open, { host, origin: `http://${host}` })).toBe(401);
  } finally {
    await open.close();
  }
});

/** What a start is answered that says these headers, Host among them, and no token. */
const sendBy = ({ url }: ApiHarness, headers: Record<string, string>): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(`${url}/api/workflow/nothing`, { method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    });
    asked.on('error', reject).end('{}');
  });

describe('an API key that is not for Conductor', () => {
  test('401, as if it were not there', async () => {
    const closed = await startApiHarness({ worker: false, dialects: [] });
    try {
      const call = conductorOf(closed);
      expect((await call('GET /api/workflow/nothing')).json.error).toBe('INVALID_TOKEN');
      expect((await call('POST /api/token', { body: { keyId: KEY, keySecret: TOKEN } })).http).toBe(401);
    } finally {
      await closed.close();
    }
  });
});

test('failed authentications are braked, and an expired token is none', async () => {
  const braked = await startApiHarness({ worker: false, limits: { failedAuthenticationsPerMinute: 2 } });
  try {
    const call = conductorOf(braked);
    const send = (token: string) => call('GET /api/workflow/nothing', { headers: { 'x-authorization': token } });
    const expired = sessionTokens(braked.config.secretKeys, () => 0).issue(credentialsOf(KEY, TOKEN));
    for (let i = 0; i < 5; i++) expect((await send(expired)).json.error).toBe('EXPIRED_TOKEN');
    expect((await send('wrong')).http).toBe(401);
    expect((await send('wrong')).http).toBe(401);
    const third = await send('wrong');
    expect([third.http, third.json.status, third.json.retryable]).toEqual([429, 429, false]);
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(TOKEN)).http).toBe(404);
  } finally {
    await braked.close();
  }
});

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const PATH = '/v2/workflow/definitions/get';
const OPERATIONS = [
  'definitions/create',
  'definitions/get',
  'executions/dispatch',
  'executions/get',
  'executions/cancel',
  'steps/recordReviewerDecision',
];
const json = { 'content-type': 'application/json', ...CREDENTIALS.one };
const post = (body: string | Uint8Array, headers: Record<string, string> = json, path = PATH) =>
  api.send(path, { method: 'POST', headers, body });
const good = JSON.stringify({ data: { definitionId: 'nothing-here' } });

describe('credentials', () => {
  test.each(OPERATIONS)('%s without a header is UNAUTHENTICATED and names it', async (operation) => {
    for (const name of ['x-velt-api-key', 'x-velt-auth-token'] as const) {
      const { [name]: _left, ...rest } = json;
      const { http, error } = await post('{}', rest as Record<string, string>, `/v2/workflow/${operation}`);
      expect({ http, error }).toEqual({
        http: 401,
        error: { status: 'UNAUTHENTICATED', message: `The header ${name} is missing.` },
      });
    }
  });

  test('an unknown key is UNAUTHENTICATED, a token of another workspace PERMISSION_DENIED', async () => {
    const unknown = await post(good, { ...json, 'x-velt-api-key': 'nobody' });
    expect([unknown.http, unknown.error.status]).toEqual([401, 'UNAUTHENTICATED']);
    const foreign = await post(good, { ...json, 'x-velt-auth-token': CREDENTIALS.two['x-velt-auth-token'] });
    expect([foreign.http, foreign.error.status]).toEqual([403, 'PERMISSION_DENIED']);
  });

  test('credentials are taken from headers only', async () => {
    const { http } = await post(
      good,
      { 'content-type': 'application/json' },
      `${PATH}?x-velt-api-key=key-of-workspace-one`,
    );
    expect(http).toBe(401);
  });
});

describe('the body', () => {
  test.each([
    ['malformed JSON', '{"data":', 'The body is not valid JSON.'],
    ['no body', '', 'The body is not valid JSON.'],
    ['a list', '[]', /^body: must be an object, and is a list$/],
    ['no data', '{}', /data: /],
    ['an unknown field', '{"data":{"definitionId":"abc","extra":1}}', /data: .*"extra"/],
    ['an unknown field beside data', '{"data":{"definitionId":"abc"},"extra":1}', /^body: unknown field "extra"$/],
    ['a wrong type', '{"data":{"definitionId":7}}', /data\.definitionId: /],
    ['a prototype key', '{"data":{"definitionId":"abc","__proto__":{"x":1}}}', /__proto__/],
    ['half a surrogate pair', '{"data":{"definitionId":"\\ud800"}}', /surrogate/],
  ])('%s is INVALID_ARGUMENT and says what is wrong', async (_what, body, message) => {
    const { http, error } = await post(body);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(error.message).toMatch(message);
  });

  test('a schema failure lists every issue with code, path and message', async () => {
    const { error } = await api.call('executions/dispatch', { definitionId: 7, correlationId: 'a b', nonsense: true });
    expect(error.details.issues).toEqual([
      { code: 'invalid_type', path: ['data', 'definitionId'], message: expect.any(String) },
      { code: 'invalid_format', path: ['data', 'correlationId'], message: 'must be 1 to 200 of A-Z a-z 0-9 : _ - .' },
      { code: 'unrecognized_keys', path: ['data'], message: expect.stringContaining('nonsense') },
    ]);
    expect(error.message).toContain('(and 2 more, see details.issues)');
  });

  test.each([
    ['another type', { 'content-type': 'text/plain' }],
    ['no type', { 'content-type': '' }],
    ['another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['another charset behind another parameter', { 'content-type': 'application/json; profile="x"; charset=latin1' }],
    ['two types', { 'content-type': 'application/json, text/plain' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
  ])('%s is 415', async (_what, headers) => {
    const { http, error } = await post(good, { ...json, ...headers });
    expect([http, error.status]).toEqual([415, 'INVALID_ARGUMENT']);
  });

  test.each([
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json;',
    'application/json; profile="https://acme.com/approvals"',
    'application/json; charset=utf-8; odata.metadata=minimal',
    'application/vnd.acme+json',
  ])('%s is JSON', async (type) => {
    expect((await post(good, { ...json, 'content-type': type })).http).toBe(404);
  });

  test('bytes that are no UTF-8 are refused', async () => {
    const { http, error } = await post(Buffer.from([0x7b, 0xff, 0x7d]));
    expect([http, error.message]).toEqual([400, 'The body is not valid UTF-8.']);
  });

  test('64 levels pass and 65 do not', async () => {
    const nested = (levels: number) => `${'{"a":'.repeat(levels - 2)}1${'}'.repeat(levels - 2)}`;
    const dispatch = (levels: number) =>
      post(
        `{"data":{"definitionId":"nothing-here","triggerContext":${nested(levels)}}}`,
        json,
        '/v2/workflow/executions/dispatch',
      );
    expect((await dispatch(64)).http).toBe(404);
    expect((await dispatch(65)).error.message).toBe('The body is nested more than 64 deep.');
    expect((await post('['.repeat(500_000))).http).toBe(400);
  });

  test('one MiB passes, one byte more is 413, announced or not', async () => {
    const sized = (bytes: number) => `{"data":{"definitionId":"${'x'.repeat(bytes - 28)}"}}`;
    expect(Buffer.byteLength(sized(1_048_576))).toBe(1_048_576);
    expect((await post(sized(1_048_576))).http).toBe(404);
    expect((await post(sized(1_048_577))).http).toBe(413);
    const streamed = await fetch(`${api.url}${PATH}`, {
      method: 'POST',
      headers: json,
      duplex: 'half',
      body: ReadableStream.from([Buffer.alloc(700_000, 32), Buffer.alloc(700_000, 32)]),
    } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  test('a body that stops half way changes nothing and leaves the server well', async () => {
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
    const headers = Object.entries(json).map(([name, value]) => `${name}: ${value}`);
    socket.write([`POST ${PATH} HTTP/1.1`, 'host: x', ...headers, 'content-length: 100', '', '{"data"'].join('\r\n'));
    await new Promise<void>((resolve) => socket.end(() => resolve()));
    socket.destroy();
    expect((await post(good)).http).toBe(404);
  });
});

describe('every response', () => {
  test("carries the client's request id when it is well formed, else one of ours", async () => {
    const id = async (given?: string) =>
      (await post(good, given === undefined ? json : { ...json, 'x-request-id': given })).headers.get('x-request-id');
    expect(await id('req-1.A:b_c')).toBe('req-1.A:b_c');
    for (const bad of [undefined, 'has blank', 'x'.repeat(129)]) expect(await id(bad)).toMatch(/^[0-9a-f-]{36}$/);
    const unknown = await api.send('/nowhere', { method: 'GET', headers: { 'x-request-id': 'r1' } });
    expect(unknown.headers.get('x-request-id')).toBe('r1');
  });

  test('has security headers and does not say what serves it', async () => {
    const { headers } = await post(good);
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toContain('application/json');
  });

  test('is kept by no cache on the way: the same URL answers another workspace otherwise', async () => {
    const list = { method: 'GET', headers: { 'x-api-key': CREDENTIALS.one['x-velt-api-key'] } };
    for (const { headers } of [await post(good), await api.send('/v1/executions', list)]) {
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  test.each([
    ['GET', PATH],
    ['PUT', PATH],
    ['POST', '/v2/workflow/definitions/nonsense'],
    ['POST', '/v2/workflow/../../etc/passwd'],
    ['GET', '/'],
  ])('%s %s is NOT_FOUND in the envelope', async (method, path) => {
    const { http, error } = await api.send(path, { method, headers: json });
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test('a path that cannot be decoded is refused, not a 5xx', async () => {
    expect((await api.send('/v2/workflow/%E0%A4%A', { method: 'POST', headers: json })).http).toBeLessThan(500);
  });

  test('the v1 alias answers the same', async () => {
    const v1 = await post(good, json, PATH.replace('/v2/', '/v1/'));
    expect([v1.http, v1.error]).toEqual([404, (await post(good)).error]);
  });
});

describe('health', () => {
  test('the process lives, and readiness names what is missing', async () => {
    expect((await fetch(`${api.url}/healthz`)).status).toBe(200);
    const response = await fetch(`${api.url}/readyz`);
    expect(response.status).toBe(503);
    expect(((await response.json()) as { missing: string[] }).missing).toContainEqual(
      expect.stringContaining('No worker polls the task queue'),
    );
  });
});

import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gateLimits } from '../../src/api/edge/gate';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

const PATH = '/v2/workflow/definitions/get';
const json = { 'content-type': 'application/json', ...CREDENTIALS.one };
const good = JSON.stringify({ data: { definitionId: 'nothing-here' } });

/** Speaks raw bytes to the server; everything that came back until it closed the connection. */
function speak(api: ApiHarness, ...lines: string[]): { socket: Socket; answer: Promise<string> } {
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1');
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => resolve(text));
    socket.on('close', () => resolve(text));
  });
  socket.write(lines.join('\r\n'));
  return { socket, answer };
}

describe('limits of a caller', () => {
  let api: ApiHarness;
  beforeAll(async () => {
    api = await startApiHarness({
      worker: false,
      limits: gateLimits(20),
    });
  });
  afterAll(() => api.close());

  const post = (headers: Record<string, string>, body: string = good) =>
    api.send(PATH, { method: 'POST', headers, body });

  test('an API key over its requests a second is RESOURCE_EXHAUSTED with Retry-After; another key is not', async () => {
    const statuses: number[] = [];
    let refused = await post(json);
    for (let i = 0; i < 200 && refused.http !== 429; i++) {
      statuses.push(refused.http);
      refused = await post(json);
    }
    expect(new Set(statuses)).toEqual(new Set([404]));
    expect([refused.http, refused.error.status]).toEqual([429, 'RESOURCE_EXHAUSTED']);
    expect(refused.error.message).toBe('This API key may make 20 requests a second; slow down and try again.');
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await post({ ...json, ...CREDENTIALS.two })).http).toBe(404);
  });

  test('after 20 failures a minute an address gets 429 for wrong credentials, and is served with good ones', async () => {
    const wrong = { ...json, 'x-velt-auth-token': 'a guess' };
    const answers = [];
    for (let i = 0; i < 22; i++) answers.push(await post(wrong));
    expect(answers.map(({ http }) => http)).toEqual([...Array(20).fill(403), 429, 429]);
    const [last] = answers.slice(-1);
    expect(Number(last!.headers.get('retry-after'))).toBeGreaterThan(30);
    // The next refusal is held, so that a connection that goes on guessing costs little; nobody else waits for it.
    const order: number[] = [];
    const held = post(wrong).then(({ http }) => order.push(http));
    for (let i = 0; i < 3; i++) order.push((await post({ ...json, ...CREDENTIALS.two })).http);
    await held;
    expect(order).toEqual([404, 404, 404, 429]);
  });
});

describe('requests at once', () => {
  let api: ApiHarness;
  beforeAll(async () => {
    api = await startApiHarness({ worker: false, limits: { inFlight: { total: 6, perApiKey: 4 } } });
  });
  afterAll(() => api.close());

  const post = (headers: Record<string, string>) => api.send(PATH, { method: 'POST', headers, body: good });

  test('more requests at once than one key may have are shed with 503, and leave room for other keys', async () => {
    const hanging = Array.from({ length: 4 }, () => {
      const headers = Object.entries({ ...json, ...CREDENTIALS.two }).map(([name, value]) => `${name}: ${value}`);
      return speak(api, `POST ${PATH} HTTP/1.1`, 'host: x', ...headers, `content-length: ${good.length}`, '', '{');
    });
    let shed = await post({ ...json, ...CREDENTIALS.two });
    while (shed.http !== 503) shed = await post({ ...json, ...CREDENTIALS.two });
    expect(shed.error).toEqual({
      status: 'UNAVAILABLE',
      message: 'Too many requests are being worked on at once; try again.',
    });
    expect(shed.headers.get('retry-after')).toBe('2');
    expect((await post(json)).http).toBe(404);
    for (const { socket } of hanging) socket.destroy();
    let again = await post({ ...json, ...CREDENTIALS.two });
    while (again.http === 503) again = await post({ ...json, ...CREDENTIALS.two });
    expect(again.http).toBe(404);
  });
});

describe('what is no proper request', () => {
  let api: ApiHarness;
  beforeAll(async () => {
    api = await startApiHarness({ worker: false });
  });
  afterAll(() => api.close());

  test.each([
    ['bytes that are no HTTP', ['\0\0\0 nonsense', '', ''], '400 Bad Request'],
    ['headers of over 16 KiB', [`GET / HTTP/1.1`, `x: ${'x'.repeat(17_000)}`, '', ''], '431 '],
    ['a body of two lengths', ['POST / HTTP/1.1', 'host: x', 'content-length: 1', 'content-length: 2', '', ''], '400 '],
    ['a CONNECT', ['CONNECT example.com:443 HTTP/1.1', 'host: example.com:443', '', ''], '400 Bad Request'],
  ])('%s get the envelope and the end of the connection', async (_what, lines, status) => {
    const text = await speak(api, ...lines).answer;
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/x-request-id: [0-9a-f-]{36}/);
    expect(JSON.parse(body)).toEqual({ error: { status: 'INVALID_ARGUMENT', message: expect.any(String) } });
  });

  test('a request without Host is answered like any other', async () => {
    const text = await speak(api, 'GET /nowhere HTTP/1.1', 'connection: close', '', '').answer;
    expect(text).toContain('"NOT_FOUND"');
  });

  test('who asks before sending is told at once that a body is too large', async () => {
    const headers = Object.entries(json).map(([name, value]) => `${name}: ${value}`);
    const large = ['content-length: 10000000', 'expect: 100-continue', '', ''];
    const refused = await speak(api, `POST ${PATH} HTTP/1.1`, 'host: x', ...headers, ...large).answer;
    expect(refused).toMatch(/^HTTP\/1.1 413 /);
    const small = [`content-length: ${good.length}`, 'expect: 100-continue', 'connection: close', '', good];
    const served = await speak(api, `POST ${PATH} HTTP/1.1`, 'host: x', ...headers, ...small).answer;
    expect(served).toMatch(/^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 404 /);
  });

  test('a caller who never ends an upload that was refused is cut off', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 32);
    const endless = Readable.from(
      (function* () {
        for (;;) yield chunk;
      })(),
    );
    const init = { method: 'POST', headers: json, body: endless, duplex: 'half' } as unknown as RequestInit;
    const outcome = await fetch(`${api.url}${PATH}`, init).then(
      (response) => response.status,
      () => 'cut off',
    );
    expect([413, 'cut off']).toContain(outcome);
    endless.destroy();
    expect((await api.send(PATH, { method: 'POST', headers: json, body: good })).http).toBe(404);
  });

  test.each([
    ['the same key twice', '{"data":{"definitionId":"abc","definitionId":"abd"}}'],
    ['the same key in two spellings', '{"data":{"definitionId":"abc","\\u0064efinitionId":"abd"}}'],
    ['the same key twice beside data', '{"data":{"definitionId":"abc"}, "data" : {"definitionId":"abd"}}'],
  ])('%s is refused, whichever value would count', async (_what, body) => {
    const { http, error } = await api.send(PATH, { method: 'POST', headers: json, body });
    expect(http).toBe(400);
    expect(error.message).toBe('An object of the body has the same key twice; each may stand there once.');
  });

  test('quotes, colons and backslashes inside texts are no keys', async () => {
    const triggerContext = { 'a"b': '":', '\\': '\\":"\\\\', x: ['":"', { ':': '"' }], '': ' "x" : ' };
    const answer = await api.call('executions/dispatch', { definitionId: 'nothing-here', triggerContext });
    expect(answer.http).toBe(404);
  });

  test('a number that no JSON reader can keep is refused, not turned into null', async () => {
    const body = '{"data":{"definitionId":"abc","triggerContext":{"amount":1e999}}}';
    const { error } = await api.send('/v2/workflow/executions/dispatch', { method: 'POST', headers: json, body });
    expect(error.message).toBe('A number of the body is too large to be kept; send it as text.');
  });
});

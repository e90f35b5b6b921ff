import { describe, expect, test } from '@jest/globals';
import { definitionCreateSchema } from '../../src/definition/schema';
import { webhook } from '../engine/scene';

const parse = (config: object) =>
  definitionCreateSchema.safeParse({ definitionId: 'hooked', name: 'Hooked', nodes: [webhook('a', config)] });

describe('the configuration of a webhook node', () => {
  test('has its defaults filled in', () => {
    expect(parse({}).data?.nodes[0]).toEqual({
      nodeId: 'a',
      type: 'webhook',
      requireNonEmptyOutput: false,
      config: {
        url: 'https://hooks.acme.com/step',
        mode: 'sync',
        method: 'POST',
        authMode: 'none',
        authTokenHeader: undefined,
        timeoutMs: 10_000,
        expectedStatusCodes: [],
        bodyTemplate: 'envelope',
        requestHeaders: {},
      },
    });
    expect(parse({ method: 'GET' }).data?.nodes[0]?.config).toMatchObject({ bodyTemplate: 'none' });
    expect(parse({ authMode: 'token' }).data?.nodes[0]?.config).toMatchObject({ authTokenHeader: 'authorization' });
  });

  test.each<[string, object]>([
    ['a GET that waits for a callback', { mode: 'async', method: 'GET' }],
    ['a GET with a body', { method: 'GET', bodyTemplate: 'envelope' }],
    ['an async call without a body to say where', { mode: 'async', bodyTemplate: 'none' }],
    ['a header of ours', { requestHeaders: { 'X-Velt-Signature': 'forged' } }],
    ['a hop-by-hop header', { requestHeaders: { 'Transfer-Encoding': 'chunked' } }],
    ['the host', { requestHeaders: { host: 'evil' } }],
    ['a line break in a header', { requestHeaders: { 'x-a': 'b\r\nx-c: d' } }],
    ['a header twice', { requestHeaders: { 'x-a': '1', 'X-A': '2' } }],
    ['the token in one of ours', { authMode: 'token', authTokenHeader: 'x-velt-token' }],
    ['the header of a token without one', { authMode: 'hmac', authTokenHeader: 'x-token' }],
    ['too long a time limit', { timeoutMs: 60_001 }],
    ['too short a time limit', { timeoutMs: 999 }],
    ['too many status codes', { expectedStatusCodes: Array.from({ length: 21 }, () => 404) }],
    ['an unknown field', { retries: 3 }],
  ])('refuses %s', (_what, config) => {
    expect(parse(config).success).toBe(false);
  });

  test.each([
    ['X-Velt-Signature', 'x-velt-* headers are set by this system'],
    ['Connection', 'this header is set by this system'],
    ['a b', 'is no name of an HTTP header'],
  ])('says why the header %s is refused', (name, message) => {
    const { error } = parse({ requestHeaders: { [name]: 'x' } });
    expect(error?.issues).toMatchObject([{ path: ['nodes', 0, 'config', 'requestHeaders', name], message }]);
  });

  test('counts headers before it looks at them: of a hundred thousand bad names it says one thing', () => {
    const headers = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`bad name ${index}`, 'x']));
    const { error } = parse({ requestHeaders: headers });
    expect(error?.issues).toMatchObject([
      { path: ['nodes', 0, 'config', 'requestHeaders'], message: 'at most 20 headers' },
    ]);
  });

  test('takes twenty headers, and no twenty-first', () => {
    const headers = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'x']));
    expect(parse({ requestHeaders: headers(20) }).success).toBe(true);
    expect(parse({ requestHeaders: headers(21) }).success).toBe(false);
  });
});

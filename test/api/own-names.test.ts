// By which names a server in development mode may be called: everybody knows its credentials, and whoever owns a name can make
// it lead to the machine of somebody who visits their page.
import { request } from 'node:http';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { warnOfKnownCredentials } from '../../src/api/edge/own-names';
import { DEVELOPMENT_CREDENTIALS } from '../../src/config/api-keys-file';
import { type ApiHarness, startApiHarness } from './harness';

let api: ApiHarness | null = null;
afterEach(() => api?.close());

const start = async (env: Record<string, string>) => {
  api = await startApiHarness({ worker: false, env });
  return api;
};

/** What somebody with the known credentials is answered who calls the server by this name. */
function callAs(
  host: string,
  { url }: ApiHarness,
  path = '/v2/workflow/definitions/get',
): Promise<{ http: number | undefined; body: any }> {
  const { apiKey, token } = DEVELOPMENT_CREDENTIALS;
  const headers = { host, 'content-type': 'application/json', 'x-velt-api-key': apiKey, 'x-velt-auth-token': token };
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ http: response.statusCode, body: JSON.parse(text) }));
    });
    asked.on('error', reject).end('{"data":{"definitionId":"nothing-here"}}');
  });
}

const statusesOf = async (server: ApiHarness, hosts: readonly string[]) => {
  const answers = await Promise.all(hosts.map(async (host) => [host, (await callAs(host, server)).http]));
  return Object.fromEntries(answers);
};
const all = (hosts: readonly string[], http: number) => Object.fromEntries(hosts.map((host) => [host, http]));

const OF_THIS_MACHINE = [
  'localhost',
  'LOCALHOST:3000',
  'localhost.',
  'app.localhost:80',
  '127.0.0.1:3000',
  '[::1]',
  '10.0.0.7',
  '',
  'x',
  'api:3000',
  'host.docker.internal:3000',
];
const FOREIGN = ['rebound.example:3000', 'rebound.example.', 'localhost.rebound.example', '127.0.0.1.rebound.example'];

describe('in development mode a server of this machine', () => {
  test('is called by an address or a name that no web page can have, and by no other', async () => {
    const server = await start({ API_KEYS_FILE: '' });
    expect(await statusesOf(server, OF_THIS_MACHINE)).toEqual(all(OF_THIS_MACHINE, 404));
    expect(await statusesOf(server, FOREIGN)).toEqual(all(FOREIGN, 403));
    const { body } = await callAs('rebound.example:3000', server);
    expect(body.error.status).toBe('PERMISSION_DENIED');
    expect(body.error.message).toMatch(/localhost .* not as "rebound.example:3000": .* PUBLIC_URL .* API_KEYS_FILE\.$/);
  });

  test.each([
    [
      'Conductor',
      '/openapi-conductor.json',
      '/api/workflow/{name}',
      (message: unknown) => ({ status: 403, message, instance: expect.any(String), retryable: false }),
    ],
    [
      'Flowker',
      '/openapi-flowker.json',
      '/v1/workflows/{workflowId}/executions',
      (message: unknown) => ({ code: 'UNAUTHORIZED', title: 'Unauthorized', message }),
    ],
    [
      'a sender of webhooks',
      '/openapi.json',
      '/v2/workflow/webhook-inbound/trigger',
      (message: unknown) => ({ ok: false, code: 'forbidden', message }),
    ],
  ])('says so in the words of %s, as its document has it', async (_whom, documentPath, path, words) => {
    const server = await start({ API_KEYS_FILE: '' });
    const { http, body } = await callAs('rebound.example', server, path.replace(/\{\w+\}/, 'demo'));
    expect([http, body]).toEqual([403, words(expect.stringMatching(/^In development mode .* PUBLIC_URL/))]);
    const document: any = await (await fetch(`${server.url}${documentPath}`)).json();
    expect(document.paths[path].post.responses).toHaveProperty('403');
  });

  test('is called by the name of PUBLIC_URL too', async () => {
    const server = await start({ API_KEYS_FILE: '', PUBLIC_URL: 'https://Approvals.example/base' });
    const hosts = ['approvals.example', 'approvals.example:3000', 'localhost'];
    expect(await statusesOf(server, hosts)).toEqual(all(hosts, 404));
    expect(await statusesOf(server, ['www.approvals.example', 'approvals.example.org'])).toEqual(
      all(['www.approvals.example', 'approvals.example.org'], 403),
    );
  });
});

test.each([
  ['whose keys nobody knows', { HOST: '127.0.0.1' }, 401],
  ['that other machines reach, by names of theirs', { API_KEYS_FILE: '', HOST: '0.0.0.0' }, 404],
])('a server %s is called by any name', async (_what, env, http) => {
  expect((await callAs('rebound.example', await start(env))).http).toBe(http);
});

test.each([
  ['0.0.0.0', null, 1],
  ['::', null, 1],
  ['192.168.1.7', null, 1],
  ['127.0.0.1', null, 0],
  ['::1', null, 0],
  ['0.0.0.0', 'api-keys.json', 0],
])('a server on %s with the keys of %j is warned of for its known credentials %i times', (host, apiKeysFile, times) => {
  const warn = jest.fn<(fields: object, message: string) => void>();
  warnOfKnownCredentials({ host, apiKeysFile }, { warn });
  expect(warn).toHaveBeenCalledTimes(times);
});

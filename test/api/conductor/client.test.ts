// Conductor's own npm client, unmodified, in a process of its own and without CONDUCTOR_* variables.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../harness';

const WAITING = {
  name: 'One reviewer',
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
};
const CLIENT_MS_MAX = 50_000;

async function play(options: object): Promise<any> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('CONDUCTOR_')));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(__dirname, 'client.mjs'), JSON.stringify({ idempotencyKey: randomUUID(), ...options })],
    { env, timeout: CLIENT_MS_MAX },
  );
  return JSON.parse(stdout);
}

function expectPlayed(played: any, name: string): void {
  const { first, second } = played;
  expect(played.workflow).toMatchObject({
    workflowId: first,
    workflowName: name,
    workflowVersion: 1,
    status: 'RUNNING',
    correlationId: 'c-1',
    priority: 7,
    input: { a: 1 },
    tasks: [{ taskType: 'HUMAN', referenceTaskName: 'review', status: 'IN_PROGRESS' }],
  });
  expect(played.execution).toMatchObject({ workflowId: second, correlationId: 'c-2', priority: 60, input: { b: 2 } });
  expect(played.status).toEqual({
    workflowId: first,
    correlationId: 'c-1',
    status: 'RUNNING',
    output: {},
    variables: {},
  });
  expect(played.terminated).toMatchObject({ status: 'TERMINATED', reasonForIncompletion: 'enough', tasks: [] });
  const said = (message: string) => ({ name: '[Conductor SDK Error]', message: expect.stringContaining(message) });
  expect(played.again).toEqual(said('There is a workflow with the idempotency key'));
  expect(played.unknownName).toEqual(said('No such workflow defined. name=NoSuchThing, version=1'));
  expect(played.unknownByName).toEqual(said('No such workflow found by name: NoSuchThing, version: null'));
  expect(played.unknownId).toEqual(said('No such workflow found by id: 86e6cce1-0599-81f1-913a-226156badb04'));
  expect(played.unknownEnd).toEqual(said('No such workflow found by id'));
}

describe('@io-orkes/conductor-javascript, with a key and its token', () => {
  let api: ApiHarness;
  let name: string;
  const keys = { keyId: CREDENTIALS.one['x-velt-api-key'], keySecret: CREDENTIALS.one['x-velt-auth-token'] };
  beforeAll(async () => {
    api = await startApiHarness();
    name = await api.define(WAITING);
  });
  afterAll(() => api.close());

  test('starts, reads and ends workflows; refusals come back as its own errors', async () => {
    expectPlayed(await play({ serverUrl: `${api.url}/api`, ...keys, name }), name);
  });

  test('takes a new token when the one it has does not serve any more, and repeats what it asked', async () => {
    expectPlayed(await play({ serverUrl: api.url, ...keys, name, staleToken: 'stale' }), name);
  });
});

describe('@io-orkes/conductor-javascript, without a token', () => {
  test('is at home in the development workspace', async () => {
    const api = await startApiHarness({ env: { API_KEYS_FILE: '' } });
    try {
      const name = `d-${randomUUID()}`;
      const headers = { 'x-velt-api-key': 'dev-api-key', 'x-velt-auth-token': 'dev-auth-token' };
      await api.call('definitions/create', { ...WAITING, definitionId: name }, { headers });
      expectPlayed(await play({ serverUrl: api.url, name }), name);
    } finally {
      await api.close();
    }
  });
});

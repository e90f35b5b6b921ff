import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../../src/workflows/contract/ids';
import { eventually } from '../../support/eventually';
import { conductorOf, type DialectCaller } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
/** Waits for a person, who in these tests seldom comes. */
const WAITING = {
  name: 'One reviewer',
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
};

let api: ApiHarness;
let conductor: DialectCaller;
let waiting: string;
beforeAll(async () => {
  api = await startApiHarness();
  conductor = conductorOf(api);
  waiting = await api.define(WAITING);
});
afterAll(() => api.close());

const start = (
  name: string,
  { query = '', headers = {}, body = {} }: { query?: string; headers?: Record<string, string>; body?: object } = {},
) => conductor(`POST /api/workflow/${name}${query}`, { body, headers });
const once = (key: string, strategy: string) => ({ 'X-Idempotency-key': key, 'X-on-conflict': strategy });
const end = (id: string) => conductor(`DELETE /api/workflow/${id}`);

describe('POST /api/workflow/{name}', () => {
  test('200: the bare id, a UUID, as text', async () => {
    const { http, text, headers } = await start(waiting, { query: '?priority=0', body: { input1: 'someValue' } });
    expect(http).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(UUID_V8);
    const { json } = await conductor(`GET /api/workflow/${text}`);
    expect(json).toMatchObject({ workflowId: text, workflowName: waiting, input: { input1: 'someValue' } });
  });

  test('200: the name in any case, without a body, and whatever the content type says', async () => {
    expect((await start(waiting.toUpperCase())).http).toBe(200);
    expect((await conductor(`POST /api/workflow/${waiting}`)).http).toBe(200);
    const { text } = await conductor(`POST /api/workflow/${waiting}`, {
      raw: '{"a":1}',
      headers: { 'content-type': 'text/plain' },
    });
    expect((await conductor(`GET /api/workflow/${text}`)).json.input).toEqual({ a: 1 });
  });

  test('200: `version` pins an older version', async () => {
    const definitionId = await api.define(WAITING);
    await api.call('definitions/update', { ...WAITING, definitionId, name: 'Second', ifVersion: 1 });
    for (const [query, version] of [
      ['', 2],
      ['?version=1', 1],
      ['?version=', 2],
    ] as const) {
      const { text } = await start(definitionId, { query });
      expect((await conductor(`GET /api/workflow/${text}`)).json.workflowVersion).toBe(version);
    }
    const { text } = await conductor(`POST /api/workflow/start/${definitionId}/1`, { body: {} });
    expect((await conductor(`GET /api/workflow/${text}`)).json.workflowVersion).toBe(1);
  });

  test.each([
    [0, 3],
    [1, 2],
    [49, 2],
    [50, 1],
    [99, 1],
  ])('200: priority %i is %i for Temporal', async (priority, priorityKey) => {
    const { text } = await start(waiting, { query: `?priority=${priority}` });
    const described = await api.client.workflow.getHandle(executionWorkflowId(workspaceOne(), text)).describe();
    expect(described.priority?.priorityKey ?? 3).toBe(priorityKey);
    expect((await conductor(`GET /api/workflow/${text}`)).json.priority).toBe(priority);
  });

  test('200: a correlation id of 200 characters of any kind is kept', async () => {
    const correlationId = `ünï'"\\ 日本 \u{1f600}${'x'.repeat(200)}`.slice(0, 201);
    expect([...correlationId]).toHaveLength(200);
    const { http, text } = await start(waiting, { query: `?correlationId=${encodeURIComponent(correlationId)}` });
    expect(http).toBe(200);
    expect((await conductor(`GET /api/workflow/${text}`)).json.correlationId).toBe(correlationId);
  });

  test('404: an unknown name, an unknown version, a deleted definition', async () => {
    const unknown = await start('NoSuchThing');
    expect(unknown.http).toBe(404);
    expect(unknown.json).toEqual({
      status: 404,
      message: 'No such workflow found by name: NoSuchThing, version: null',
      instance: unknown.headers.get('x-request-id'),
      retryable: false,
    });
    for (const name of ['%ff', '50%']) {
      expect((await start(name)).json.message).toBe(`No such workflow found by name: ${name}, version: null`);
    }
    for (const version of [7, 0, -1]) {
      const { json } = await start(waiting, { query: `?version=${version}` });
      expect(json.message).toBe(`No such workflow found by name: ${waiting}, version: ${version}`);
    }
    const deleted = await api.define(WAITING);
    await api.call('definitions/delete', { definitionId: deleted });
    expect((await start(deleted)).http).toBe(404);
  });

  test.each([
    ['priority', '?priority=100', '100'],
    ['priority', '?priority=-1', '-1'],
    ['priority', '?priority=high', 'high'],
    ['version', '?version=first', 'first'],
    ['correlationId', `?correlationId=${'x'.repeat(201)}`, 'x'.repeat(201)],
    ['correlationId', '?correlationId=%00', '\0'],
    ['correlationId', '?priority=1&correlationId=a%ff', 'a%ff'],
    ['correlationId', '?correlationId=%ED%A0%80', '%ED%A0%80'],
    ['correlationId', '?c%6frrelationId=%ff', '%ff'],
  ])('400: %s, %s', async (path, query, invalid) => {
    const { http, json } = await start(waiting, { query });
    expect(http).toBe(400);
    expect(json).toMatchObject({
      status: 400,
      message: 'Validation failed, check below errors for detail.',
      retryable: false,
      validationErrors: [{ path }],
    });
    expect(String(json.validationErrors[0].invalidValue)).toBe(invalid);
  });

  test('400: a version whose escapes are no text, after 401', async () => {
    const path = `POST /api/workflow/start/${waiting}/%ff`;
    const { http, json } = await conductor(path, { body: {} });
    expect([http, json.validationErrors]).toEqual([
      400,
      [{ path: 'version', message: 'must be a whole number', invalidValue: '%ff' }],
    ]);
    expect((await conductor(path, { body: {}, headers: { 'x-authorization': 'wrong' } })).http).toBe(401);
  });

  test('200: a parameter that nobody asks for, whatever its escapes are', async () => {
    for (const query of ['?utm=%ff', '?%ff=1', '?%ff', '?priority=1&utm=%ED%A0%80&correlationId=c']) {
      expect((await start(waiting, { query })).http).toBe(200);
    }
  });

  test('400: a key without a strategy, an unknown strategy, a key of more than 1,000 characters', async () => {
    const one = await start(waiting, { headers: { 'X-Idempotency-key': 'k' } });
    expect([one.http, one.json.validationErrors[0].path]).toEqual([400, 'X-on-conflict']);
    const two = await start(waiting, { headers: once('k', 'REPLACE') });
    expect([two.http, two.json.validationErrors[0].invalidValue]).toEqual([400, 'REPLACE']);
    expect((await start(waiting, { headers: once('k'.repeat(1_001), 'FAIL') })).http).toBe(400);
    expect((await start(waiting, { headers: once(`${randomUUID()}${'k'.repeat(964)}`, 'FAIL') })).http).toBe(200);
  });

  test.each([
    ['POST /api/workflow', { name: 'demo', input: '{"webhookAuth":{"hook":"a-hidden-token"}}' }, 'input'],
    [
      'POST /api/workflow',
      { name: 'demo', workflowDef: { headers: { authorization: 'a-hidden-token' } } },
      'workflowDef',
    ],
    ['POST /api/workflow', [{ input: { webhookAuth: { hook: 'a-hidden-token' } } }], ''],
    ['POST /api/workflow/demo', [{ webhookAuth: { hook: 'a-hidden-token' } }], ''],
    [
      'POST /api/workflow',
      { name: 'demo', externalInputPayloadStoragePath: 'https://s3.acme.com/x?signature=a-hidden-token' },
      'externalInputPayloadStoragePath',
    ],
  ])('400: what may hold a secret is not repeated: %s %j', async (call, body, path) => {
    const { http, text, json } = await conductor(call, { body });
    expect([http, json.validationErrors[0]]).toMatchObject([400, { path, invalidValue: null }]);
    expect(text).not.toContain('hidden');
  });

  test('400: a body that is no JSON, and one that is no object', async () => {
    const { http, json } = await conductor(`POST /api/workflow/${waiting}`, { raw: '{' });
    expect([http, json.retryable]).toEqual([400, false]);
    expect((await conductor(`POST /api/workflow/${waiting}`, { body: [1] })).http).toBe(400);
  });

  test('400: a definition that is scoped cannot be started here', async () => {
    const scope = { level: 'organization', organizationId: 'acme' };
    const { http, json } = await start(await api.define({ ...WAITING, scope }));
    expect(http).toBe(400);
    expect(json.message).toMatch(/scoped to an organization/);
  });

  test('400: an input that grows beyond what Temporal takes when it is written out', async () => {
    const raw = `{"a":[${Array.from({ length: 100_000 }, () => '1E20').join(',')}]}`;
    const { http, json } = await conductor(`POST /api/workflow/${waiting}`, { raw });
    expect([http, json.validationErrors[0].path]).toEqual([400, 'input']);
  });

  test('413: a body of more than 1 MiB', async () => {
    const { http, json } = await conductor(`POST /api/workflow/${waiting}`, { raw: `"${'x'.repeat(1024 * 1024)}"` });
    expect([http, json.status]).toEqual([413, 413]);
  });

  test('404: literal segments are no names, and what is not here says so', async () => {
    const definitionId = 'search';
    await api.call('definitions/create', { ...WAITING, definitionId });
    for (const call of [
      'POST /api/workflow/search',
      'GET /api/workflow/search',
      'POST /api/workflow/start',
      'PUT /api/metadata',
    ]) {
      expect((await conductor(call, call.startsWith('GET') ? {} : { body: {} })).http).toBe(404);
    }
    expect((await conductor('POST /api/workflow', { body: { name: definitionId } })).http).toBe(200);
    expect((await conductor(`POST /api/workflow/start/${definitionId}/1`, { body: {} })).http).toBe(200);
  });
});

describe('POST /api/workflow', () => {
  test('200: everything in the body', async () => {
    const correlationId = randomUUID();
    const key = randomUUID();
    const { http, text } = await conductor('POST /api/workflow', {
      body: {
        name: waiting,
        version: 1,
        correlationId,
        priority: 7,
        input: { a: 1 },
        idempotencyKey: key,
        idempotencyStrategy: 'FAIL',
        createdBy: 'somebody',
      },
    });
    expect(http).toBe(200);
    expect((await conductor(`GET /api/workflow/${text}`)).json).toMatchObject({
      workflowVersion: 1,
      correlationId,
      priority: 7,
      input: { a: 1 },
      idempotencyKey: key,
    });
    expect((await start(waiting, { headers: once(key, 'RETURN_EXISTING') })).text).toBe(text);
  });

  test('404: with a text of its own', async () => {
    const { http, json } = await conductor('POST /api/workflow', { body: { name: 'Nope', version: 3 } });
    expect([http, json.message]).toEqual([404, 'No such workflow defined. name=Nope, version=3']);
  });

  test('400: no name, a key without a strategy, and what would change what runs', async () => {
    for (const body of [
      {},
      { name: waiting, idempotencyKey: 'k' },
      { name: waiting, workflowDef: { tasks: [{}] } },
      { name: waiting, taskToDomain: { review: 'elsewhere' } },
      { name: waiting, input: 'text' },
    ]) {
      expect((await conductor('POST /api/workflow', { body })).http).toBe(400);
    }
    expect((await conductor('POST /api/workflow', { body: { name: waiting, taskToDomain: {} } })).http).toBe(200);
  });
});

describe('idempotency', () => {
  test('RETURN_EXISTING answers the first id, while it runs and after its end', async () => {
    const headers = once(randomUUID(), 'RETURN_EXISTING');
    const { text } = await start(waiting, { headers, body: { first: true } });
    expect((await start(waiting, { headers, body: { second: true } })).text).toBe(text);
    await end(text);
    expect((await start(waiting, { headers })).text).toBe(text);
    expect((await conductor(`GET /api/workflow/${text}`)).json.input).toEqual({ first: true });
  });

  test('FAIL: 409 while it runs and after its end', async () => {
    const headers = once(randomUUID(), 'FAIL');
    const { text } = await start(waiting, { headers });
    expect((await start(waiting, { headers })).http).toBe(409);
    await end(text);
    const { http, json } = await start(waiting, { headers });
    expect([http, json.status, json.retryable]).toEqual([409, 409, false]);
  });

  test('FAIL_ON_RUNNING: 409 while it runs, and after its end a new one with a new id', async () => {
    const headers = once(randomUUID(), 'FAIL_ON_RUNNING');
    const first = (await start(waiting, { headers, body: { n: 1 } })).text;
    expect((await start(waiting, { headers })).http).toBe(409);
    await end(first);
    const second = (await start(waiting, { headers, body: { n: 2 } })).text;
    expect(second).toMatch(UUID_V8);
    expect(second).not.toBe(first);
    // Each id names its own, at once, and what is done to one is not done to the other.
    const read = async (id: string) => (await conductor(`GET /api/workflow/${id}`)).json;
    expect(await read(first)).toMatchObject({ workflowId: first, status: 'TERMINATED', input: { n: 1 } });
    expect(await read(second)).toMatchObject({ workflowId: second, status: 'RUNNING', input: { n: 2 } });
    expect((await end(first)).http).toBe(200);
    const { result } = await api.call('executions/cancel', { executionId: `exec_${first}` });
    expect(result).toEqual({ cancelled: false, executionId: `exec_${first}` });
    expect((await read(second)).status).toBe('RUNNING');
    // The strategy is the request's: the newest of both is returned.
    const existing = { ...headers, 'X-on-conflict': 'RETURN_EXISTING' };
    expect((await start(waiting, { headers: existing })).text).toBe(second);
    await end(second);
    const third = (await start(waiting, { headers })).text;
    expect((await start(waiting, { headers: existing })).text).toBe(third);
    for (const id of [first, second, third]) expect((await read(id)).workflowId).toBe(id);
  });

  test('an operator who deletes the newest execution of a key in Temporal takes none of the older ones away', async () => {
    const headers = once(randomUUID(), 'FAIL_ON_RUNNING');
    const startAndEnd = async (n: number) => {
      const { text } = await start(waiting, { headers, body: { n } });
      await end(text);
      return text;
    };
    const [first, second, third] = [await startAndEnd(1), await startAndEnd(2), await startAndEnd(3)];
    const workflowId = executionWorkflowId(workspaceOne(), third);
    await api.client.workflowService.deleteWorkflowExecution({
      namespace: api.client.options.namespace,
      workflowExecution: { workflowId },
    });
    await eventually(
      () => conductor(`GET /api/workflow/${third}`),
      ({ http }) => http === 404,
    );
    for (const [n, id] of [first, second].entries()) {
      const { http, json } = await conductor(`GET /api/workflow/${id}`);
      expect([http, json.status, json.input]).toEqual([200, 'TERMINATED', { n: n + 1 }]);
      expect((await api.call('executions/get', { executionId: `exec_${id}` })).result).toMatchObject({
        status: 'cancelled',
      });
      expect((await end(id)).http).toBe(200);
    }
    // Its key has none that a start could collide with, so it starts another.
    const fourth = await startAndEnd(4);
    expect((await conductor(`GET /api/workflow/${fourth}`)).json.input).toEqual({ n: 4 });
    expect((await conductor(`GET /api/workflow/${first}`)).json.input).toEqual({ n: 1 });
  });

  test('the key belongs to the name, and to the workspace', async () => {
    const key = randomUUID();
    const other = await api.define(WAITING);
    const headers = once(key, 'FAIL');
    expect((await start(waiting, { headers })).http).toBe(200);
    expect((await start(other, { headers })).http).toBe(200);
    expect((await start(waiting, { headers })).http).toBe(409);
  });

  test('a key means the same in a header as in a body, in UTF-8', async () => {
    const key = `schlüssel-${randomUUID()}`;
    const { text } = await conductor('POST /api/workflow', {
      body: { name: waiting, idempotencyKey: key, idempotencyStrategy: 'FAIL' },
    });
    const headers = once(Buffer.from(key, 'utf8').toString('latin1'), 'RETURN_EXISTING');
    expect((await start(waiting, { headers })).text).toBe(text);
  });

  test('a replay wins over a definition that is gone; a new start does not', async () => {
    const definitionId = await api.define(WAITING);
    const headers = once(randomUUID(), 'RETURN_EXISTING');
    const { text } = await start(definitionId, { headers });
    await end(text);
    await expect(deleted(definitionId)).resolves.toBe(true);
    expect((await start(definitionId, { headers })).text).toBe(text);
    expect((await start(definitionId, { headers: { ...headers, 'X-on-conflict': 'FAIL' } })).http).toBe(409);
    expect((await start(definitionId, { headers: { ...headers, 'X-on-conflict': 'FAIL_ON_RUNNING' } })).http).toBe(404);
    expect((await start(definitionId, { headers: once(randomUUID(), 'RETURN_EXISTING') })).http).toBe(404);
  });
});

/** Deleting waits until Visibility shows no execution in flight any more. */
async function deleted(definitionId: string): Promise<boolean> {
  for (;;) {
    const { result } = await api.call('definitions/delete', { definitionId });
    if (result) return result.deleted;
  }
}

function workspaceOne(): string {
  const { workspaces } = JSON.parse(readFileSync(api.config.apiKeysFile as string, 'utf8'));
  return workspaces[0].workspace;
}

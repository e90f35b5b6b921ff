import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type DialectCaller, type DialectRequest, flowkerOf } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WAITING = {
  name: 'One reviewer',
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
};
const BODY_BYTES_MAX = 1_048_576;

let api: ApiHarness;
let flowker: DialectCaller;
let waiting: string;
beforeAll(async () => {
  api = await startApiHarness();
  flowker = flowkerOf(api);
  waiting = await api.define(WAITING);
});
afterAll(() => api.close());

const execute = (workflowId: string, key: string, request: DialectRequest = {}) =>
  flowker(`POST /v1/workflows/${workflowId}/executions`, {
    ...(request.raw === undefined ? { body: { inputData: {} } } : {}),
    ...request,
    headers: { 'idempotency-key': key, ...request.headers },
  });
const code = async (answer: ReturnType<DialectCaller>) => {
  const { http, json } = await answer;
  return [http, json.code];
};
/** A body of exactly so many bytes. */
function bodyOf(bytes: number): string {
  const [head, tail] = ['{"inputData":{"text":"', '"}}'];
  return head + 'x'.repeat(bytes - head.length - tail.length) + tail;
}

describe('POST /v1/workflows/{workflowId}/executions', () => {
  test('201: pending, with a UUID, the workflow and the time', async () => {
    const before = Date.now();
    const { http, json } = await execute(waiting, randomUUID(), { body: { inputData: { amount: 1500 } } });
    expect(http).toBe(201);
    expect(json).toEqual({
      executionId: expect.stringMatching(UUID_V8),
      workflowId: waiting,
      status: 'pending',
      startedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(Date.parse(json.startedAt)).toBeGreaterThanOrEqual(before - 1);
    const { result } = await api.call('executions/get', { executionId: `exec_${json.executionId}` });
    expect(result).toMatchObject({ definitionId: waiting, idempotencyKey: json.executionId });
  });

  test('200: a replay answers the first execution with its own status, whatever body and workflow', async () => {
    const key = `pay ${randomUUID()} é`;
    const latin = Buffer.from(key, 'utf8').toString('latin1');
    const first = (await execute(waiting, latin, { body: { inputData: { n: 1 } } })).json;
    const other = await api.define(WAITING);
    for (const workflowId of [waiting, other]) {
      const { http, json } = await execute(workflowId, latin, { body: { inputData: { n: 2 } } });
      expect([http, json]).toEqual([200, { ...first, status: 'running' }]);
    }
    await api.call('executions/cancel', { executionId: `exec_${first.executionId}` });
    expect((await execute(waiting, latin)).json).toEqual({ ...first, status: 'failed' });
  });

  test('201 once and 200 for the others, when ten come at once', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 10 }, () => execute(waiting, key)));
    expect(answers.map(({ http }) => http).sort()).toEqual([...Array(9).fill(200), 201]);
    expect(new Set(answers.map(({ json }) => json.executionId)).size).toBe(1);
  });

  test('the key belongs to the workspace, and another makes another id', async () => {
    const key = randomUUID();
    const one = (await execute(waiting, key)).json.executionId;
    await api.call('definitions/create', { ...WAITING, definitionId: waiting }, { workspace: 'two' });
    const { http, json } = await execute(waiting, key, { workspace: 'two' });
    expect(http).toBe(201);
    expect(json.executionId).not.toBe(one);
    expect((await execute(waiting, `${key}2`)).json.executionId).not.toBe(one);
  });

  test('201: a workflow id that is a UUID, in any case; a key of 1,000 characters', async () => {
    const definitionId = randomUUID();
    await api.call('definitions/create', { ...WAITING, definitionId });
    expect((await execute(definitionId.toUpperCase(), randomUUID())).json.workflowId).toBe(definitionId);
    expect((await execute(waiting, `${randomUUID()}${'k'.repeat(964)}`)).http).toBe(201);
  });

  test('201: a body of exactly 1,048,576 bytes; one byte more is 413 FLK-0506', async () => {
    expect((await execute(waiting, randomUUID(), { raw: bodyOf(BODY_BYTES_MAX) })).http).toBe(201);
    const key = randomUUID();
    expect(await code(execute(waiting, key, { raw: bodyOf(BODY_BYTES_MAX + 1) }))).toEqual([413, 'FLK-0506']);
    const chunked = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from(bodyOf(BODY_BYTES_MAX + 1)));
        controller.close();
      },
    });
    const init = { method: 'POST', body: chunked, duplex: 'half', headers: { 'x-api-key': 'key-of-workspace-one' } };
    const response = await fetch(`${api.url}/v1/workflows/${waiting}/executions`, init as RequestInit);
    expect([response.status, ((await response.json()) as any).code]).toEqual([413, 'FLK-0506']);
    expect((await execute(waiting, key)).http).toBe(201);
  });
});

describe('the order of the checks: each comes before the next', () => {
  const wrong = { workflowId: 'No!', raw: '{', key: '' };
  const large = bodyOf(BODY_BYTES_MAX + 1);

  test('401 UNAUTHORIZED, before the size', async () => {
    for (const apiKey of ['', 'unknown-key']) {
      const headers = { 'x-api-key': apiKey };
      expect(await code(execute(wrong.workflowId, wrong.key, { raw: large, headers }))).toEqual([401, 'UNAUTHORIZED']);
    }
  });

  test('400 FLK-0002 of an id whose escapes are no text, after 401 and 413', async () => {
    const raw = bodyOf(BODY_BYTES_MAX);
    expect(await code(execute('%ff', 'key', { raw }))).toEqual([400, 'FLK-0002']);
    expect(await code(execute('%ff', 'key', { raw: large }))).toEqual([413, 'FLK-0506']);
    const headers = { 'x-api-key': 'unknown-key' };
    expect(await code(execute('%ff', 'key', { raw, headers }))).toEqual([401, 'UNAUTHORIZED']);
  });

  test('413 FLK-0506, before the id', async () => {
    expect(await code(execute(wrong.workflowId, wrong.key, { raw: large }))).toEqual([413, 'FLK-0506']);
  });

  test('400 FLK-0002, before the body', async () => {
    for (const raw of [wrong.raw, '{}']) {
      expect(await code(execute(wrong.workflowId, wrong.key, { raw }))).toEqual([400, 'FLK-0002']);
    }
    const headers = { 'content-encoding': 'gzip' };
    expect(await code(execute(wrong.workflowId, wrong.key, { raw: wrong.raw, headers }))).toEqual([400, 'FLK-0002']);
  });

  test.each([
    '{',
    '',
    '[]',
    '"x"',
    '{}',
    '{"inputData":null}',
    '{"inputData":[]}',
    '{"inputData":"x"}',
    '{"inputData":{"__proto__":1}}',
  ])('400 FLK-0001 for the body %s, before the key', async (raw) => {
    expect(await code(execute('no-such-workflow', wrong.key, { raw }))).toEqual([400, 'FLK-0001']);
  });

  test('400 FLK-0509, before the workflow', async () => {
    for (const key of ['', ' ', 'k'.repeat(1_001)]) {
      expect(await code(execute('no-such-workflow', key))).toEqual([400, 'FLK-0509']);
    }
  });

  test('the replay, before 404 FLK-0100', async () => {
    const key = randomUUID();
    expect(await code(execute('no-such-workflow', key))).toEqual([404, 'FLK-0100']);
    const { executionId } = (await execute(waiting, key)).json;
    const { http, json } = await execute('no-such-workflow', key);
    expect([http, json.executionId, json.workflowId]).toEqual([200, executionId, waiting]);
  });

  test('the replay, before 422 FLK-0501 of a deleted workflow', async () => {
    const definitionId = await api.define(WAITING);
    const key = randomUUID();
    const { executionId } = (await execute(definitionId, key)).json;
    await api.call('executions/cancel', { executionId: `exec_${executionId}` });
    for (let isDeleted = false; !isDeleted; ) {
      isDeleted = (await api.call('definitions/delete', { definitionId })).result?.deleted ?? false;
    }
    expect(await code(execute(definitionId, randomUUID()))).toEqual([422, 'FLK-0501']);
    expect((await execute(definitionId, key)).json.executionId).toBe(executionId);
  });

  test('422 FLK-0105: a scoped workflow, and an input that grows too large when it is written out', async () => {
    const scope = { level: 'organization', organizationId: 'acme' };
    expect(await code(execute(await api.define({ ...WAITING, scope }), randomUUID()))).toEqual([422, 'FLK-0105']);
    const raw = `{"inputData":{"a":[${Array.from({ length: 100_000 }, () => '1E20').join(',')}]}}`;
    expect(await code(execute(waiting, randomUUID(), { raw }))).toEqual([422, 'FLK-0105']);
  });
});

describe('who may call', () => {
  test('401 UNAUTHORIZED: an API key that is not for Flowker', async () => {
    const closed = await startApiHarness({ worker: false, dialects: ['conductor'] });
    try {
      const { http, json } = await flowkerOf(closed)('GET /v1/executions');
      expect([http, json]).toEqual([401, { code: 'UNAUTHORIZED', title: 'Unauthorized', message: expect.any(String) }]);
    } finally {
      await closed.close();
    }
  });

  test('404 in its words: a path that is not here; the singular path is the approval API', async () => {
    const { http, json } = await flowker('DELETE /v1/executions/x');
    expect([http, json.code]).toEqual([404, 'NOT_FOUND']);
    expect((await api.send('/v1/workflow/nothing', { method: 'POST' })).error.status).toBe('NOT_FOUND');
  });

  test('500 FLK-9999 tells no internals, 503 in its words', async () => {
    const away = await startApiHarness({ worker: false });
    try {
      const call = flowkerOf(away);
      await away.client.connection.close();
      const { http, json } = await call(`GET /v1/executions/${randomUUID().replace(/^(.{14})4/, '$18')}`);
      expect(http).toBeGreaterThanOrEqual(500);
      expect(JSON.stringify(json)).not.toMatch(/at |node_modules|grpc|Channel/i);
    } finally {
      await away.close().catch(() => undefined);
    }
  });
});

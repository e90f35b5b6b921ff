import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { conductorOf, type DialectCaller } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

/** An agent, then a person; a reject sends it back to the agent once. */
const LOOP = {
  name: 'Draft and review',
  nodes: [
    { nodeId: 'draft', type: 'agent', config: { agentId: '__mock__' } },
    { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } },
  ],
  edges: [
    { from: 'draft', to: 'review' },
    { from: 'review', to: 'draft', on: 'reject', loop: { maxIterations: 2 } },
  ],
};

let api: ApiHarness;
let conductor: DialectCaller;
let loop: string;
beforeAll(async () => {
  api = await startApiHarness();
  conductor = conductorOf(api);
  loop = await api.define(LOOP);
});
afterAll(() => api.close());

const start = async (definitionId: string, query = '', body: object = {}) =>
  (await conductor(`POST /api/workflow/${definitionId}${query}`, { body })).text;
const read = (id: string, query = '') => conductor(`GET /api/workflow/${id}${query}`);
const untilReviewed = (id: string, iteration: number) =>
  eventually(
    async () => (await read(id)).json.tasks,
    (tasks: any[]) =>
      tasks.some(
        (task) => task.referenceTaskName === 'review' && task.iteration === iteration && task.status === 'IN_PROGRESS',
      ),
  );
const decide = async (id: string, decision: string, reason?: string) => {
  const { tasks } = (await read(id)).json;
  const { taskId } = tasks.find((task: any) => task.referenceTaskName === 'review' && task.status === 'IN_PROGRESS');
  await api.call('steps/recordReviewerDecision', {
    executionId: `exec_${id}`,
    stepId: taskId,
    reviewerId: 'ada',
    decision,
    reason,
  });
};

describe('GET /api/workflow/{id}', () => {
  test('200: a workflow with its tasks, their inputs and iterations, from the start to the end', async () => {
    const id = await start(loop, '?correlationId=c-1', { topic: 'launch' });
    await untilReviewed(id, 1);
    const running = (await read(id)).json;
    expect(running).toMatchObject({
      workflowId: id,
      workflowName: loop,
      workflowVersion: 1,
      status: 'RUNNING',
      correlationId: 'c-1',
      priority: 0,
      input: { topic: 'launch' },
      output: {},
      endTime: 0,
    });
    expect(running.idempotencyKey).toBeUndefined();
    expect(running.tasks).toMatchObject([
      {
        taskType: 'SIMPLE',
        referenceTaskName: 'draft',
        status: 'COMPLETED',
        inputData: { topic: 'launch' },
        outputData: { synthetic: true },
        seq: 1,
        iteration: 1,
        workflowInstanceId: id,
      },
      { taskType: 'HUMAN', referenceTaskName: 'review', status: 'IN_PROGRESS', seq: 2, iteration: 1, endTime: 0 },
    ]);
    expect(running.tasks[1].inputData).toEqual(running.tasks[0].outputData);

    await decide(id, 'reject', 'no verb');
    await untilReviewed(id, 2);
    await decide(id, 'approve');
    const done = (await read(id)).json;
    expect(done).toMatchObject({ status: 'COMPLETED', output: { decision: 'approve' } });
    expect(done.tasks.map((task: any) => [task.referenceTaskName, task.iteration, task.status])).toEqual([
      ['draft', 1, 'COMPLETED'],
      ['review', 1, 'COMPLETED'],
      ['draft', 2, 'COMPLETED'],
      ['review', 2, 'COMPLETED'],
    ]);
    expect(done.tasks[2].inputData).toMatchObject({ iteration: 2, previousAttempts: [{ rejectionReason: 'no verb' }] });
    expect(done.endTime).toBeGreaterThanOrEqual(done.startTime);
    expect(done.updateTime).toBe(done.endTime);
    expect((await read(id, '?includeTasks=false')).json.tasks).toEqual([]);
  });

  test('200: without a worker a workflow that was just started runs, with its input and no tasks', async () => {
    const idle = await startApiHarness({ worker: false });
    try {
      const definitionId = await idle.define(LOOP);
      const call = conductorOf(idle);
      const { text } = await call(`POST /api/workflow/${definitionId}`, { body: { a: 1 } });
      expect((await call(`GET /api/workflow/${text}`)).json).toMatchObject({
        status: 'RUNNING',
        input: { a: 1 },
        tasks: [],
      });
    } finally {
      await idle.close();
    }
  });

  test('404: an unknown id, one that is malformed, and one of another workspace', async () => {
    const id = await start(loop);
    const ids = [
      '86e6cce1-0599-81f1-913a-226156badb04',
      '86e6cce1-0599-11f1-913a-226156badb04',
      'x',
      '%ff',
      '50%',
      `${id.slice(0, -1)}g`,
    ];
    for (const unknown of ids) {
      const { http, json } = await read(unknown);
      expect([http, json.message]).toEqual([404, `No such workflow found by id: ${unknown}`]);
    }
    expect((await conductor(`GET /api/workflow/${id}`, { workspace: 'two' })).http).toBe(404);
    expect((await conductor(`DELETE /api/workflow/${id}`, { workspace: 'two' })).http).toBe(404);
  });

  test('404: an id that differs from a known one only in its own part', async () => {
    const id = await start(loop);
    const other = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    expect((await read(other)).http).toBe(404);
    expect((await api.call('executions/get', { executionId: `exec_${other}` })).error.status).toBe('NOT_FOUND');
    expect((await read(id.toUpperCase())).json.workflowId).toBe(id);
  });

  test('400: a flag that is none', async () => {
    const { http, json } = await read(await start(loop), '?includeTasks=perhaps');
    expect([http, json.validationErrors[0].path]).toEqual([400, 'includeTasks']);
  });
});

describe('GET /api/workflow/{id}/status', () => {
  test('200: output and variables only when they are asked for', async () => {
    const id = await start(loop, '?correlationId=c-2');
    const plain = { workflowId: id, correlationId: 'c-2', status: 'RUNNING' };
    expect((await read(`${id}/status`)).json).toEqual(plain);
    const { json } = await read(`${id}/status`, '?includeOutput=true&includeVariables=true');
    expect(json).toEqual({ ...plain, output: {}, variables: {} });
  });

  test('404: an unknown id', async () => {
    expect((await read(`${randomUUID()}/status`)).http).toBe(404);
  });
});

describe('DELETE /api/workflow/{id}', () => {
  test('200: it is cancelled, with the reason; a second time nothing changes', async () => {
    const id = await start(loop);
    const { http, text } = await conductor(`DELETE /api/workflow/${id}?reason=no%20longer%20needed`);
    expect([http, text]).toEqual([200, '']);
    const ended = (await read(id)).json;
    expect(ended).toMatchObject({ status: 'TERMINATED', reasonForIncompletion: 'no longer needed' });
    expect((await conductor(`DELETE /api/workflow/${id}?reason=again`)).http).toBe(200);
    expect((await read(id)).json).toEqual(ended);
  });

  test('200: also with more to say than is kept', async () => {
    const id = await start(loop);
    expect((await conductor(`DELETE /api/workflow/${id}?reason=${'x'.repeat(2_000)}`)).http).toBe(200);
    expect((await read(id)).json.reasonForIncompletion).toHaveLength(500);
  });

  test('409: a completed one', async () => {
    const id = await start(await api.define({ ...LOOP, nodes: [LOOP.nodes[0]], edges: [] }));
    await eventually(
      async () => (await read(id)).json.status,
      (status) => status === 'COMPLETED',
    );
    const { http, json } = await conductor(`DELETE /api/workflow/${id}`);
    expect([http, json.message]).toEqual([409, 'Cannot terminate a COMPLETED workflow.']);
  });

  test('200: a failed one stays failed', async () => {
    const failing = { nodeId: 'fail', type: 'agent', config: { agentId: '__mock__:fail' } };
    const id = await start(await api.define({ ...LOOP, nodes: [failing], edges: [] }));
    await eventually(
      async () => (await read(id)).json.status,
      (status) => status === 'FAILED',
    );
    expect((await conductor(`DELETE /api/workflow/${id}`)).http).toBe(200);
    const { json } = await read(id);
    expect(json).toMatchObject({ status: 'FAILED', tasks: [{ status: 'FAILED' }] });
    expect(json.reasonForIncompletion).toMatch(/fail/);
  });
});

test('tasks that would repeat more than 8 MiB of the input have none of it: it stands in the workflow', async () => {
  const nodes = Array.from({ length: 9 }, (_, n) => ({
    nodeId: `n${n}`,
    type: 'human',
    config: { reviewerIds: ['ada'] },
  }));
  const definitionId = await api.define({ ...LOOP, nodes, edges: [] });
  const readTasks = async (input: object) => {
    const { text: id } = await conductor(`POST /api/workflow/${definitionId}`, { body: input });
    return eventually(
      () => read(id),
      ({ json }) => json.tasks.length === nodes.length,
    );
  };
  const large = { text: 'x'.repeat(1_000_000) };
  const { text, json } = await readTasks(large);
  expect(Buffer.byteLength(text)).toBeLessThan(1_100_000);
  expect(json).toMatchObject({ input: large, tasks: nodes.map(() => ({ inputData: {} })) });
  const small = { text: 'x'.repeat(900_000) };
  expect((await readTasks(small)).json.tasks).toMatchObject(nodes.map(() => ({ inputData: small })));
});

describe('lists', () => {
  test('correlated: finds by any correlation id; ended ones only when asked', async () => {
    const definitionId = await api.define(LOOP);
    const correlationId = `it's "quoted" \\ 日本/${randomUUID()}`;
    const query = `?correlationId=${encodeURIComponent(correlationId)}`;
    const [first, second] = [await start(definitionId, query, { n: 1 }), await start(definitionId, query)];
    await start(definitionId, '?correlationId=another');
    await conductor(`DELETE /api/workflow/${first}`);
    const find = async (more = '') =>
      (
        await conductor(
          `GET /api/workflow/${definitionId.toUpperCase()}/correlated/${encodeURIComponent(correlationId)}${more}`,
        )
      ).json;
    const open = await eventually(find, (found: any[]) => found.length === 1);
    expect(open).toMatchObject([{ workflowId: second, status: 'RUNNING', correlationId, tasks: [] }]);
    const all = await eventually(
      () => find('?includeClosed=true&includeTasks=true'),
      // One that no worker has begun yet has no tasks.
      (found: any[]) => found.length === 2 && found.every((workflow) => workflow.tasks.length > 0),
    );
    expect(all.map((workflow: any) => workflow.workflowId).sort()).toEqual([first, second].sort());
    expect(all.find((workflow: any) => workflow.workflowId === first)).toMatchObject({
      status: 'TERMINATED',
      input: { n: 1 },
    });
  });

  test('correlated: ends with 8 MiB, and says that there are more', async () => {
    const definitionId = await api.define(LOOP);
    const text = 'x'.repeat(1_000_000);
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(await start(definitionId, '?correlationId=large', { n, text }));
    const find = () => conductor(`GET /api/workflow/${definitionId}/correlated/large`);
    const listed = async () => (await api.call('executions/list', { definitionId })).result.items;
    await eventually(listed, (items: any[]) => items.length === ids.length);
    const { text: answer, json, headers } = await find();
    expect(Buffer.byteLength(answer)).toBeLessThan(8 * 1024 * 1024);
    expect(json.map((workflow: any) => workflow.workflowId)).toEqual([...ids].reverse().slice(0, json.length));
    expect([json.length, json[0].input.n]).toEqual([8, 9]);
    expect(headers.get('x-has-more')).toBe('true');
    for (const id of ids.slice(2)) await conductor(`DELETE /api/workflow/${id}`);
    const left = await eventually(find, ({ json }) => json.length === 2);
    expect(left.headers.get('x-has-more')).toBe('false');
  });

  test('running: the ids of those that run, of the approval API too', async () => {
    const definitionId = await api.define(LOOP);
    const id = await start(definitionId);
    const ended = await start(definitionId);
    await conductor(`DELETE /api/workflow/${ended}`);
    const { executionId } = (await api.call('executions/dispatch', { definitionId })).result;
    const running = async (query = '') => (await conductor(`GET /api/workflow/running/${definitionId}${query}`)).json;
    const ids = await eventually(running, (found: string[]) => found.length === 2 && !found.includes(ended));
    expect(ids.sort()).toEqual([id, executionId].sort());
    expect((await running('?version=1')).sort()).toEqual(ids);
    for (const version of ['2', '0', '-1', '999999999']) expect(await running(`?version=${version}`)).toEqual([]);
    expect((await read(executionId)).json).toMatchObject({ workflowId: executionId, status: 'RUNNING' });
  });

  test.each([
    'a"b',
    "a'b",
    "'a'",
    "'",
    'a\\b',
    '\\',
    'tab\there',
    'line\nbreak',
    '%22;',
    '日本',
    `"${'\\'.repeat(199)}`,
    'a*b_c%',
  ])('correlated: %j is found, and only that', async (correlationId) => {
    const id = await start(loop, `?correlationId=${encodeURIComponent(correlationId)}`);
    const found = await eventually(
      async () => (await conductor(`GET /api/workflow/${loop}/correlated/${encodeURIComponent(correlationId)}`)).json,
      (workflows: any[]) => workflows.length > 0,
    );
    expect(found.map((workflow: any) => [workflow.workflowId, workflow.correlationId])).toEqual([[id, correlationId]]);
  });

  test('what can be no name has none, were it a NUL', async () => {
    for (const name of ['%00', 'a%00b', '%22', "'%20OR%201=1", '%F0%9F%98%80', 'x'.repeat(300)]) {
      for (const path of [`running/${name}`, `${name}/correlated/c`]) {
        const { http, json } = await conductor(`GET /api/workflow/${path}`);
        expect([path, http, json]).toEqual([path, 200, []]);
      }
    }
  });

  test('an unknown name has none', async () => {
    expect((await conductor('GET /api/workflow/running/NoSuchThing')).json).toEqual([]);
    expect((await conductor('GET /api/workflow/NoSuchThing/correlated/c')).json).toEqual([]);
    // What has escapes that are no text stands for itself.
    expect((await conductor('GET /api/workflow/NoSuchThing/correlated/%ff')).json).toEqual([]);
    const headers = { 'x-authorization': 'wrong' };
    expect((await conductor('GET /api/workflow/NoSuchThing/correlated/%ff', { headers })).http).toBe(401);
  });
});

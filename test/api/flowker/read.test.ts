import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type DialectCaller, flowkerOf } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

const WAITING = {
  name: 'Draft and review',
  nodes: [
    { nodeId: 'draft', name: 'Write it', type: 'agent', config: { agentId: '__mock__' } },
    { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } },
    { nodeId: 'publish', type: 'agent', config: { agentId: '__mock__' } },
  ],
  edges: [
    { from: 'draft', to: 'review' },
    { from: 'review', to: 'publish', on: 'approve' },
  ],
};

let api: ApiHarness;
let flowker: DialectCaller;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  flowker = flowkerOf(api);
  definitionId = await api.define(WAITING);
});
afterAll(() => api.close());

const execute = async (workflowId = definitionId) =>
  (
    await flowker(`POST /v1/workflows/${workflowId}/executions`, {
      body: { inputData: { a: 1 } },
      headers: { 'idempotency-key': randomUUID() },
    })
  ).json;
const get = (id: string) => flowker(`GET /v1/executions/${id}`);
const results = (id: string) => flowker(`GET /v1/executions/${id}/results`);
const cancel = (id: string, reason?: string) => api.call('executions/cancel', { executionId: `exec_${id}`, reason });
const untilWaiting = (id: string) =>
  eventually(
    async () => (await get(id)).json,
    (execution) => execution.currentStepNumber === 2,
  );
async function decide(id: string, decision: string): Promise<void> {
  const executionId = `exec_${id}`;
  const { steps } = (await api.call('executions/get', { executionId })).result;
  const { stepId } = steps.find((step: any) => step.nodeId === 'review');
  await api.call('steps/recordReviewerDecision', {
    executionId,
    stepId,
    reviewerId: 'ada',
    decision,
    reason: 'because',
  });
}

describe('GET /v1/executions/{id}', () => {
  test('200: while it runs, and once it has completed', async () => {
    const created = await execute();
    const id = created.executionId;
    expect(await untilWaiting(id)).toEqual({
      executionId: id,
      workflowId: definitionId,
      status: 'running',
      currentStepNumber: 2,
      totalSteps: 3,
      startedAt: created.startedAt,
    });
    await decide(id, 'approve');
    const done = await eventually(
      async () => (await get(id)).json,
      ({ status }) => status === 'completed',
    );
    expect(done).toMatchObject({ currentStepNumber: 3, startedAt: created.startedAt });
    expect(Date.parse(done.completedAt)).toBeGreaterThanOrEqual(Date.parse(done.startedAt));
  });

  test('200: a cancelled one has failed, and its message says so', async () => {
    const { executionId } = await execute();
    await cancel(executionId, 'out of time');
    const { json } = await get(executionId);
    expect(json).toMatchObject({ status: 'failed', errorMessage: 'The execution was cancelled: out of time' });
    expect(json.completedAt).toBeDefined();
  });

  test('404 FLK-0500: unknown, malformed, of another workspace', async () => {
    const { executionId } = await execute();
    for (const id of ['f7e6d5c4-b3a2-8098-b654-321fedcba098', 'f7e6d5c4-b3a2-1098-7654-321fedcba098', 'x', '%ff']) {
      expect((await get(id)).json).toMatchObject({ code: 'FLK-0500' });
      expect((await results(id)).http).toBe(404);
    }
    expect((await flowker(`GET /v1/executions/${executionId}`, { workspace: 'two' })).json.code).toBe('FLK-0500');
  });
});

describe('GET /v1/executions/{id}/results', () => {
  test('422 FLK-0502 until it has ended', async () => {
    const { executionId } = await execute();
    const { http, json } = await results(executionId);
    expect([http, json.code]).toEqual([422, 'FLK-0502']);
  });

  test('200: what each step came to, and the last output', async () => {
    const { executionId } = await execute();
    await untilWaiting(executionId);
    await decide(executionId, 'approve');
    const { json } = await eventually(
      () => results(executionId),
      ({ http }) => http === 200,
    );
    expect(json).toMatchObject({
      executionId,
      status: 'completed',
      totalSteps: 3,
      stepResults: [
        { stepNumber: 1, stepName: 'Write it', nodeId: 'draft', status: 'completed', output: { synthetic: true } },
        { stepNumber: 2, stepName: 'review', nodeId: 'review', status: 'completed', output: { decision: 'approve' } },
        { stepNumber: 3, stepName: 'publish', status: 'completed' },
      ],
      finalOutput: { synthetic: true },
    });
    for (const { executedAt, durationMs } of json.stepResults) {
      expect(Date.parse(executedAt)).not.toBeNaN();
      expect(durationMs).toBeGreaterThanOrEqual(0);
    }
  });

  test('200: of a failed one, with its message and without a final output', async () => {
    const { executionId } = await execute();
    await untilWaiting(executionId);
    await decide(executionId, 'reject');
    const { json } = await results(executionId);
    expect(json).toMatchObject({ status: 'failed', errorMessage: expect.stringContaining('review') });
    expect(json.finalOutput).toBeUndefined();
  });

  test('200: of a cancelled one, whose open steps were skipped', async () => {
    const { executionId } = await execute();
    await untilWaiting(executionId);
    await cancel(executionId);
    const { json } = await results(executionId);
    expect(json).toMatchObject({ status: 'failed', errorMessage: 'The execution was cancelled.' });
    expect(json.stepResults.map((step: any) => step.status)).toEqual(['completed', 'skipped']);
  });
});

describe('GET /v1/executions', () => {
  const list = (query: string) => flowker(`GET /v1/executions?${query}`);

  test('200: page by page, each once, with the status asked for', async () => {
    const workflowId = await api.define(WAITING);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await execute(workflowId)).executionId);
    for (const id of ids.slice(0, 2)) await cancel(id);
    const all = async (query: string) => {
      const found: any[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const { json } = await list(`workflowId=${workflowId}&limit=2&${query}&cursor=${encodeURIComponent(cursor)}`);
        expect(json.hasMore).toBe(json.nextCursor !== null);
        expect(json.items.length).toBeLessThanOrEqual(2);
        found.push(...json.items);
        cursor = json.nextCursor;
      }
      return found;
    };
    const idsOf = (items: any[]) => items.map(({ executionId }) => executionId).sort();
    const failed = await eventually(
      () => all('status=failed'),
      (items) => items.length === 2,
    );
    expect(idsOf(failed)).toEqual(ids.slice(0, 2).sort());
    expect(failed[0]).toMatchObject({ workflowId, status: 'failed', totalSteps: 3 });
    expect(
      idsOf(
        await eventually(
          () => all('status=running'),
          (items) => items.length === 3,
        ),
      ),
    ).toEqual(ids.slice(2).sort());
    expect(idsOf(await all(''))).toEqual([...ids].sort());
    expect(await all('status=completed')).toEqual([]);
    expect(await all('status=pending')).toEqual([]);
  });

  test.each([
    ['limit=0', 'FLK-0309'],
    ['limit=101', 'FLK-0309'],
    ['limit=ten', 'FLK-0309'],
    ['status=cancelled', 'FLK-0304'],
    ['workflowId=No!', 'FLK-0002'],
    ['cursor=made-up', 'FLK-0001'],
  ])('400: %s is %s', async (query, code) => {
    const { http, json } = await list(query);
    expect([http, json.code]).toEqual([400, code]);
  });

  test('200: ten without a limit, one hundred at most', async () => {
    expect((await list('limit=100')).http).toBe(200);
    expect((await flowker('GET /v1/executions')).json.items.length).toBeLessThanOrEqual(10);
  });
});

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../../src/workflows/contract/ids';
import { conductorOf } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

const REVIEWS = 80;
const PANEL = {
  name: 'Panel',
  nodes: Array.from({ length: REVIEWS + 1 }, (_, index) => ({
    nodeId: `review-${index}`,
    type: 'human',
    config: { reviewerIds: ['ada'] },
  })),
};

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

test('an id stays that of its execution when that goes on in a new run, and when another with the key follows', async () => {
  const conductor = conductorOf(api);
  const name = await api.define(PANEL);
  const headers = { 'X-Idempotency-key': randomUUID(), 'X-on-conflict': 'FAIL_ON_RUNNING' };
  const start = async () => (await conductor(`POST /api/workflow/${name}?priority=80`, { body: {}, headers })).text;
  const read = async (id: string) => (await conductor(`GET /api/workflow/${id}`)).json;
  const first = await start();
  const executionId = `exec_${first}`;
  const { workspaces } = JSON.parse(readFileSync(api.config.apiKeysFile as string, 'utf8'));
  const handle = api.client.workflow.getHandle(executionWorkflowId(workspaces[0].workspace, first));
  const before = await handle.describe();

  const decide = async ({ taskId }: { taskId: string }) => {
    const decision = { executionId, stepId: taskId, reviewerId: 'ada', decision: 'approve' };
    expect((await api.call('steps/recordReviewerDecision', decision)).result.recorded).toBe(true);
  };
  const { tasks } = await read(first);
  for (const task of tasks.slice(1)) await decide(task);
  const renewed = await handle.describe();
  expect(renewed.runId).not.toBe(before.runId);
  expect(renewed.priority?.priorityKey).toBe(1);
  expect(await read(first)).toMatchObject({ workflowId: first, status: 'RUNNING', priority: 80 });
  expect((await conductor(`POST /api/workflow/${name}`, { body: {}, headers })).http).toBe(409);

  await decide(tasks[0]);
  const done = await read(first);
  expect(done).toMatchObject({ workflowId: first, status: 'COMPLETED' });
  const second = await start();
  expect(second).not.toBe(first);
  expect(await read(first)).toEqual(done);
  expect(await read(second)).toMatchObject({ workflowId: second, status: 'RUNNING' });
  // What is late for the first does not reach the second.
  const late = { executionId, stepId: tasks[0].taskId, reviewerId: 'ada', decision: 'reject' };
  expect((await api.call('steps/recordReviewerDecision', late)).result.rejectionReason).toBe('idempotent');
  const events = (await api.call('executions/getEvents', { executionId, pageSize: 500 })).result.events;
  expect(events.at(-1).type).toBe('execution.completed');
});

// steps/cancel (contract 1).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let pair: string;
beforeAll(async () => {
  api = await startApiHarness();
  pair = await api.define({
    name: 'Two reviews',
    nodes: ['a', 'b', 'next'].map((nodeId) => ({ nodeId, type: 'human', config: { reviewerIds: ['ada'] } })),
    edges: [{ from: 'a', to: 'next', on: 'always' }],
  });
});
afterAll(() => api.close());

const cancel = (data: object) => api.call('steps/cancel', { actorId: 'boss', ...data });
const view = async (executionId: string) => (await api.call('executions/get', { executionId })).result;

test('200: the step is cancelled, no edge fires from it, and the other goes on', async () => {
  const { executionId, steps } = await api.waiting(pair, ['a', 'b']);
  const { http, result } = await cancel({ executionId, stepId: steps[0], reason: 'not needed' });
  expect([http, result]).toEqual([200, { cancelled: true, executionId, stepId: steps[0] }]);
  const seen = await view(executionId);
  expect(seen.status).toBe('running');
  expect(seen.steps.map((step: any) => [step.nodeId, step.status])).toEqual([
    ['a', 'cancelled'],
    ['b', 'waiting'],
  ]);
});

test('200: with its last branch the execution is cancelled, and so is its Temporal workflow', async () => {
  const { executionId, steps } = await api.waiting(pair, ['a', 'b']);
  for (const stepId of steps) await cancel({ executionId, stepId });
  const seen = await view(executionId);
  expect(seen).toMatchObject({ status: 'cancelled', completedAt: null, cancelledAt: expect.any(Number) });
});

test("404: an unknown execution or step, and another workspace's execution", async () => {
  const { executionId, steps } = await api.waiting(pair, ['a']);
  for (const data of [
    { executionId: 'exec_unknown', stepId: steps[0] },
    { executionId: 'malformed', stepId: steps[0] },
    { executionId, stepId: 'step_unknown' },
  ]) {
    const { http, error } = await cancel(data);
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  }
  const other = await api.call('steps/cancel', { executionId, stepId: steps[0], actorId: 'x' }, { workspace: 'two' });
  expect(other.http).toBe(404);
});

test('400: a step that has ended, also after the execution has closed', async () => {
  const { executionId, steps } = await api.waiting(pair, ['a', 'b']);
  await cancel({ executionId, stepId: steps[0] });
  const again = await cancel({ executionId, stepId: steps[0] });
  expect([again.http, again.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  await api.call('executions/cancel', { executionId });
  const { http, error } = await cancel({ executionId, stepId: steps[1] });
  expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  expect(error.message).toContain('is cancelled already');
  const unknown = await cancel({ executionId, stepId: 'step_unknown' });
  expect([unknown.http, unknown.error.status]).toEqual([404, 'NOT_FOUND']);
});

test.each([
  ['no actor', { actorId: undefined }],
  ['an empty actor', { actorId: '' }],
  ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
  ['a reason of 501 characters', { reason: 'x'.repeat(501) }],
  ['no step', { stepId: undefined }],
  ['an unknown field', { force: true }],
])('400: %s', async (_what, data) => {
  const { http, error } = await cancel({ executionId: 'exec_x', stepId: 'step_x', ...data });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.details.issues).toHaveLength(1);
});

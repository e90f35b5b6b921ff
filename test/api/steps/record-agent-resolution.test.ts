// steps/recordAgentResolution (contract 1).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let checked: string;
beforeAll(async () => {
  api = await startApiHarness();
  checked = await api.define({
    name: 'Checked',
    nodes: [
      {
        nodeId: 'check',
        type: 'agent',
        config: { agentId: '__mock__', blocking: true, resolutionPolicy: { kind: 'allResolved' } },
      },
      { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } },
    ],
  });
});
afterAll(() => api.close());

const RESPONSE = { responseId: 'resp_1', resolution: 'resolved', actorId: 'rita' };
const record = (data: object) => api.call('steps/recordAgentResolution', { ...RESPONSE, ...data });
const waiting = async () => {
  const { executionId, steps } = await api.waiting(checked, ['check', 'review']);
  return { executionId, stepId: steps[0]!, reviewId: steps[1]! };
};
const stepOf = async (executionId: string) =>
  (await api.call('executions/get', { executionId })).result.steps.find((step: any) => step.nodeId === 'check');

test.each([
  ['resolved', { decision: 'approve', approved: true, aggregatorStatus: 'resolved', resolvedCount: 1 }],
  ['rejected', { decision: 'reject', approved: false, aggregatorStatus: 'rejected', rejectedCount: 1 }],
] as const)('200: the last response %s ends the step', async (resolution, output) => {
  const { executionId, stepId } = await waiting();
  const { http, result } = await record({ executionId, stepId, resolution, reason: 'because' });
  expect([http, result]).toEqual([
    200,
    { recorded: true, aggregatorStatus: output.aggregatorStatus, resumeScheduled: true },
  ]);
  expect(await stepOf(executionId)).toMatchObject({
    status: 'completed',
    output: { ...output, resolutions: [{ responseId: 'resp_1', resolution, actorId: 'rita', reason: 'because' }] },
  });
});

test('200, not recorded: an unknown response', async () => {
  const { executionId, stepId } = await waiting();
  expect((await record({ executionId, stepId, responseId: 'other' })).result).toEqual({
    recorded: false,
    aggregatorStatus: 'pending',
    resumeScheduled: false,
    rejectionReason: 'unknown-response',
  });
});

test('200, not recorded: a second resolution of the same response, also when it contradicts and after the close', async () => {
  const { executionId, stepId } = await waiting();
  await record({ executionId, stepId });
  const expected = {
    recorded: false,
    aggregatorStatus: 'resolved',
    resumeScheduled: false,
    rejectionReason: 'idempotent',
  };
  expect((await record({ executionId, stepId, resolution: 'rejected' })).result).toEqual(expected);
  const unknown = { ...expected, rejectionReason: 'unknown-response' };
  expect((await record({ executionId, stepId, responseId: 'other' })).result).toEqual(unknown);
  await api.call('executions/cancel', { executionId });
  expect((await record({ executionId, stepId })).result).toEqual(expected);
});

test('200, not recorded: a step that was ended otherwise', async () => {
  const { executionId, stepId } = await waiting();
  await api.call('steps/cancel', { executionId, stepId, actorId: 'boss' });
  expect((await record({ executionId, stepId })).result).toMatchObject({
    recorded: false,
    rejectionReason: 'already-terminal',
  });
});

test("404: an unknown execution or step, and another workspace's execution", async () => {
  const { executionId, stepId } = await waiting();
  for (const data of [
    { executionId: 'exec_unknown', stepId },
    { executionId: 'malformed', stepId },
    { executionId, stepId: 'step_unknown' },
  ]) {
    const { http, error } = await record(data);
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  }
  const data = { executionId, stepId, ...RESPONSE };
  expect((await api.call('steps/recordAgentResolution', data, { workspace: 'two' })).http).toBe(404);
});

test('400: a step that is not that of a blocking agent', async () => {
  const { executionId, reviewId } = await waiting();
  const { http, error } = await record({ executionId, stepId: reviewId });
  expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  expect(error.message).toContain('only those take resolutions');
});

test.each([
  ['no response', { responseId: undefined }],
  ['an empty response', { responseId: '' }],
  ['an unknown resolution', { resolution: 'approve' }],
  ['no actor', { actorId: undefined }],
  ['an empty actor', { actorId: '' }],
  ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
  ['a reason of 2001 characters', { reason: 'x'.repeat(2_001) }],
  ['an unknown field', { reviewerId: 'ada' }],
])('400: %s', async (_what, data) => {
  const { http, error } = await record({ executionId: 'exec_x', stepId: 'step_x', ...data });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.details.issues).toHaveLength(1);
});

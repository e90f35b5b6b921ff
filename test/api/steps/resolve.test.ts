// steps/resolve (contract 1).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';
import { BLOCKING } from '../situations';

/** What an output may say, and what an action that decides overrules. */
const CLAIMS = { decision: 'maybe', approved: 'perhaps', rejectedBy: 'eve' };

let api: ApiHarness;
let review: string;
let agentOnly: string;
let blocking: string;
beforeAll(async () => {
  api = await startApiHarness();
  review = await api.define({
    name: 'Review',
    nodes: [
      {
        nodeId: 'review',
        type: 'human',
        config: {
          reviewers: [
            { userId: 'ada', mandatory: true },
            { userId: 'bob', mandatory: false },
          ],
        },
      },
    ],
  });
  blocking = await api.define(BLOCKING);
  agentOnly = await api.define({
    name: 'Two steps',
    nodes: [
      { nodeId: 'work', type: 'agent', config: { agentId: '__mock__' } },
      { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } },
    ],
    edges: [{ from: 'work', to: 'review' }],
  });
});
afterAll(() => api.close());

const resolve = (data: object) => api.call('steps/resolve', { action: 'force-approve', actorId: 'boss', ...data });
const waiting = async () => {
  const { executionId, steps } = await api.waiting(review, ['review']);
  return { executionId, stepId: steps[0]! };
};
const view = async (executionId: string) => (await api.call('executions/get', { executionId })).result;

test.each([
  ['force-approve', 'boss', 'completed', 'completed', { decision: 'approve', approved: true }],
  [
    'force-reject',
    'boss',
    'completed',
    'failed',
    { decision: 'reject', approved: false, rejectedBy: 'boss', rejectorMandatory: true },
  ],
  ['force-complete', 'boss', 'completed', 'completed', { ...CLAIMS, note: 'n', overriddenAt: expect.any(Number) }],
  ['force-fail', 'boss', 'failed', 'failed', { ...CLAIMS, note: 'n', overriddenAt: expect.any(Number) }],
  ['reviewer-approve', 'ada', 'completed', 'completed', { decision: 'approve', approved: true }],
  [
    'reviewer-reject',
    'bob',
    'completed',
    'failed',
    { decision: 'reject', rejectedBy: 'bob', rejectorMandatory: false },
  ],
  ['reviewer-reject', 'ada', 'completed', 'failed', { decision: 'reject', rejectedBy: 'ada', rejectorMandatory: true }],
] as const)(
  '200: %s by %s leaves the step %s and the execution %s, whatever output is sent with it',
  async (action, actorId, step, execution, output) => {
    const names = await waiting();
    const sent = { ...CLAIMS, note: 'n' };
    const { http, result } = await resolve({ ...names, action, actorId, output: sent, reason: 'in a hurry' });
    expect([http, result]).toEqual([200, { resolved: true, ...names, action }]);
    const seen = await view(names.executionId);
    expect(seen.status).toBe(execution);
    expect(seen.steps[0]).toMatchObject({ status: step, output });
  },
);

test('200: output and reason may be left out', async () => {
  const names = await waiting();
  expect((await resolve(names)).result.resolved).toBe(true);
});

test("404: an unknown execution or step, a malformed id, and another workspace's execution", async () => {
  const names = await waiting();
  for (const data of [
    { ...names, executionId: 'exec_unknown' },
    { ...names, executionId: 'malformed' },
    { ...names, stepId: 'step_unknown' },
  ]) {
    const { http, error } = await resolve(data);
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  }
  const other = await api.call(
    'steps/resolve',
    { ...names, action: 'force-approve', actorId: 'x' },
    { workspace: 'two' },
  );
  expect(other.http).toBe(404);
});

test('403: a reviewer action by someone who is no reviewer of the step', async () => {
  const names = await waiting();
  const { http, error } = await resolve({ ...names, action: 'reviewer-approve', actorId: 'stranger' });
  expect([http, error.status]).toEqual([403, 'PERMISSION_DENIED']);
  expect(error.message).toContain('is not a reviewer');
  expect((await view(names.executionId)).steps[0].status).toBe('waiting');
});

test('400: a reviewer action on an agent step, and whatever the step is not in the status for', async () => {
  const { executionId } = await api.waiting(agentOnly, ['review']);
  const { steps } = await view(executionId);
  const [work] = steps;
  for (const action of ['reviewer-approve', 'force-approve', 'force-fail']) {
    const { http, error } = await resolve({ executionId, stepId: work.stepId, action });
    expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  }
});

test('400: a step that has ended, also after the execution has closed', async () => {
  const names = await waiting();
  await resolve(names);
  const { http, error } = await resolve({ ...names, action: 'force-fail' });
  expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  expect(error.message).toContain('is completed; force-fail needs a step that is running or waiting');
});

test('400: an output over 256 KiB', async () => {
  const names = await waiting();
  const { http, error } = await resolve({ ...names, output: { text: 'x'.repeat(256 * 1024) } });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
});

test.each([
  ['no action', { action: undefined }],
  ['an unknown action', { action: 'force-skip' }],
  ['no actor', { actorId: undefined }],
  ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
  ['an output that is a list', { output: [] }],
  ['a reason of 2001 characters', { reason: 'x'.repeat(2_001) }],
  ['an unknown field', { force: true }],
])('400: %s', async (_what, data) => {
  const { http, error } = await resolve({ executionId: 'exec_x', stepId: 'step_x', ...data });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.details.issues).toHaveLength(1);
});

test('200: force-approve ends a blocking agent that waits; 400 for a reviewer action, for it has no reviewers', async () => {
  const { executionId, steps } = await api.waiting(blocking, ['checks']);
  const names = { executionId, stepId: steps[0] };
  const refused = await resolve({ ...names, action: 'reviewer-approve' });
  expect([refused.http, refused.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  expect((await resolve(names)).http).toBe(200);
  expect((await view(executionId)).steps[0].output).toMatchObject({ decision: 'approve', approved: true });
});

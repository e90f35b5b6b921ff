import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../../src/definition/limits';
import { type ApiHarness, startApiHarness } from '../harness';
import { BLOCKING } from '../situations';

const TWO_REVIEWERS = {
  name: 'Two reviewers',
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
    { nodeId: 'after', type: 'agent', config: { agentId: '__mock__' } },
  ],
  edges: [{ from: 'review', to: 'after', on: 'always' }],
};

let api: ApiHarness;
let twoReviewers: string;
let blocking: string;
beforeAll(async () => {
  api = await startApiHarness();
  twoReviewers = await api.define(TWO_REVIEWERS);
  blocking = await api.define(BLOCKING);
});
afterAll(() => api.close());

async function waiting(definitionId: string, nodeId: string) {
  const { executionId, steps } = await api.waiting(definitionId, [nodeId]);
  return { executionId, stepId: steps[0]! };
}
const resolve = (data: object) => api.call('steps/resolve', { actorId: 'lead', ...data });
async function stepOf({ executionId, stepId }: { executionId: string; stepId: string }) {
  const { result } = await api.call('executions/get', { executionId });
  return result.steps.find((step: any) => step.stepId === stepId);
}

describe('steps/resolve', () => {
  test.each([
    ['force-approve', 'lead', { decision: 'approve', approved: true }],
    ['force-reject', 'lead', { decision: 'reject', approved: false, rejectedBy: 'lead', rejectorMandatory: true }],
    ['reviewer-approve', 'bob', { decision: 'approve', approved: true }],
    ['reviewer-reject', 'bob', { decision: 'reject', approved: false, rejectedBy: 'bob', rejectorMandatory: false }],
    ['reviewer-reject', 'ada', { decision: 'reject', approved: false, rejectedBy: 'ada', rejectorMandatory: true }],
  ])('200: %s by %s completes a step, whatever output is sent with it', async (action, actorId, expected) => {
    const step = await waiting(twoReviewers, 'review');
    const output = { decision: 'maybe', approved: 'perhaps', rejectedBy: 'eve', note: 'kept' };
    const { http, result } = await resolve({ ...step, action, actorId, output, reason: 'late' });
    expect([http, result]).toEqual([200, { resolved: true, ...step, action }]);
    const { status, output: written, error } = await stepOf(step);
    expect({ status, error }).toEqual({ status: 'completed', error: null });
    expect(written).toMatchObject({ ...expected, overriddenAt: expect.any(Number) });
  });

  test('200: force-complete and force-fail keep the output that is sent, a decision in it included', async () => {
    for (const [action, status, code] of [
      ['force-complete', 'completed', undefined],
      ['force-fail', 'failed', 'force-failed'],
    ] as const) {
      const step = await waiting(twoReviewers, 'review');
      await resolve({ ...step, action, output: { decision: 'reject', note: 'kept' } });
      const seen = await stepOf(step);
      expect([seen.status, seen.error?.code]).toEqual([status, code]);
      expect(seen.output).toMatchObject({ decision: 'reject', note: 'kept', overriddenAt: expect.any(Number) });
    }
  });

  test('200: force-approve ends a blocking agent that waits', async () => {
    const step = await waiting(blocking, 'checks');
    expect((await resolve({ ...step, action: 'force-approve' })).http).toBe(200);
    expect((await stepOf(step)).output).toMatchObject({ decision: 'approve', approved: true });
  });

  test('403: a reviewer action by someone who is no reviewer; 400 when the step has none; the step still waits', async () => {
    const step = await waiting(twoReviewers, 'review');
    const denied = await resolve({ ...step, action: 'reviewer-approve', actorId: 'eve' });
    expect([denied.http, denied.error.status]).toEqual([403, 'PERMISSION_DENIED']);
    expect((await stepOf(step)).status).toBe('waiting');
    const agent = await resolve({ ...(await waiting(blocking, 'checks')), action: 'reviewer-approve' });
    expect([agent.http, agent.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
  });

  test('400: a step that has ended, while the execution runs and after it, and 404 for an unknown one', async () => {
    const step = await waiting(twoReviewers, 'review');
    await resolve({ ...step, action: 'force-approve' });
    const again = async (change: object = {}) => {
      const { http, error } = await resolve({ ...step, action: 'force-reject', ...change });
      return [http, error.status];
    };
    expect(await again()).toEqual([400, 'FAILED_PRECONDITION']);
    expect(await again({ stepId: 'step_unknown' })).toEqual([404, 'NOT_FOUND']);
    const isOver = async () =>
      (await api.call('executions/get', { executionId: step.executionId })).result.status === 'completed';
    while (!(await isOver()));
    expect(await again()).toEqual([400, 'FAILED_PRECONDITION']);
    expect(await again({ stepId: 'step_unknown' })).toEqual([404, 'NOT_FOUND']);
  });

  test.each([
    ['an unknown action', { action: 'approve' }],
    ['no actor', { actorId: '' }],
    ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
    ['an output that is a list', { output: [] }],
    ['an output that is too large', { output: { text: 'x'.repeat(LIMITS.outputBytesMax) } }],
  ])('400: %s', async (_what, change) => {
    const step = await waiting(twoReviewers, 'review');
    const { http, error } = await resolve({ ...step, action: 'force-complete', ...change });
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

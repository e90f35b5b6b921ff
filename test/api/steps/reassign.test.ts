import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  definitionId = await api.define({
    name: 'Passed on',
    nodes: [
      {
        nodeId: 'review',
        type: 'human',
        config: {
          reviewers: [
            { userId: 'ann', mandatory: true },
            { userId: 'bob', mandatory: true },
            { userId: 'guest', mandatory: false },
          ],
        },
      },
    ],
  });
});
afterAll(() => api.close());

async function waiting() {
  const { executionId, steps } = await api.waiting(definitionId, ['review']);
  return { executionId, stepId: steps[0]! };
}
const passed = { fromReviewerId: 'ann', toReviewerId: 'cleo', actorId: 'lead' };
const reassign = (data: object, options = {}) => api.call('steps/reassign', { ...passed, ...data }, options);
const decide = async (step: object, reviewerId: string, decision = 'approve') =>
  (await api.call('steps/recordReviewerDecision', { ...step, reviewerId, decision })).result;
const eventsOf = async (executionId: string) =>
  (await api.call('executions/getEvents', { executionId })).result.events.filter(
    (event: any) => event.type === 'step.reassigned',
  );

describe('steps/reassign', () => {
  test('200: the other takes the place, an event tells it, and the decision is theirs', async () => {
    const step = await waiting();
    const { http, result } = await reassign({ ...step, reason: 'on leave' });
    expect([http, result]).toEqual([200, { reassigned: true, deduplicated: false, ...step }]);
    const { steps } = (await api.call('executions/get', { executionId: step.executionId })).result;
    expect(steps[0].output).toMatchObject({ reviewerIds: ['cleo', 'bob', 'guest'], mandatoryCount: 2 });
    expect(await eventsOf(step.executionId)).toEqual([
      expect.objectContaining({ stepId: step.stepId, data: { ...passed, reason: 'on leave' } }),
    ]);
    expect(await decide(step, 'ann')).toMatchObject({ recorded: false, rejectionReason: 'unknown-responder' });
    expect(await decide(step, 'cleo')).toMatchObject({ recorded: true, resumeScheduled: false });
    expect(await decide(step, 'bob')).toMatchObject({ recorded: true, aggregatorStatus: 'resolved' });
  });

  test('200: a repeat is answered as done, without a second event, also after the execution has closed', async () => {
    const step = await waiting();
    await reassign(step);
    const done = [200, { reassigned: true, deduplicated: true, ...step }];
    const again = async () => {
      const { http, result } = await reassign(step);
      return [http, result];
    };
    expect(await again()).toEqual(done);
    await decide(step, 'cleo', 'reject');
    expect(await again()).toEqual(done);
    expect(await eventsOf(step.executionId)).toHaveLength(1);
  });

  test('200: of twenty that race for one part, one gets it', async () => {
    const step = await waiting();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => reassign({ ...step, toReviewerId: `racer${n}` })),
    );
    expect(answers.filter(({ http }) => http === 200)).toHaveLength(1);
    expect(await eventsOf(step.executionId)).toHaveLength(1);
  });

  test("the inbox of the one empties, and the other's fills", async () => {
    const [from, to] = [`u_${randomUUID()}`, `u_${randomUUID()}`];
    const mine = await api.define({
      name: 'Mine',
      nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: [from] } }],
    });
    const { executionId, steps } = await api.waiting(mine, ['review']);
    const inbox = async (reviewerId: string) => (await api.call('reviews/list', { reviewerId })).result.items;
    await eventually(
      () => inbox(from),
      (items) => items.length === 1,
    );
    await reassign({ executionId, stepId: steps[0], fromReviewerId: from, toReviewerId: to });
    expect(await inbox(from)).toEqual([]);
    const found = await eventually(
      () => inbox(to),
      (items) => items.length === 1,
    );
    expect(found[0]).toMatchObject({ executionId, stepId: steps[0], mandatory: true });
  });

  test("404: an unknown execution or step, and another workspace's execution", async () => {
    const step = await waiting();
    for (const change of [{ executionId: 'exec_unknown' }, { executionId: 'malformed' }, { stepId: 'step_unknown' }]) {
      const { http, error } = await reassign({ ...step, ...change });
      expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await reassign(step, { workspace: 'two' })).http).toBe(404);
  });

  test.each([
    ['a stranger has no part', { fromReviewerId: 'stranger' }, 'is not a reviewer'],
    ['one who has decided passes nothing on', { fromReviewerId: 'bob' }, 'has decided'],
    ['the other is a reviewer already', { toReviewerId: 'guest' }, 'is a reviewer of step'],
    ['the other is the same', { toReviewerId: 'ann' }, 'is a reviewer of step'],
  ])('400: %s', async (_what, change, words) => {
    const step = await waiting();
    await decide(step, 'bob');
    const { http, error } = await reassign({ ...step, ...change });
    expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
    expect(error.message).toContain(words);
    expect(await eventsOf(step.executionId)).toEqual([]);
  });

  test('400: a step that has ended, also after the execution has closed, and one that is not human', async () => {
    const step = await waiting();
    await decide(step, 'bob', 'reject');
    const { http, error } = await reassign(step);
    expect([http, error.status]).toEqual([400, 'FAILED_PRECONDITION']);
    expect(error.message).toContain('is completed already');
    const blocking = { agentId: '__mock__', blocking: true, resolutionPolicy: { kind: 'allResolved' } };
    const checks = await api.define({
      name: 'Blocking',
      nodes: [{ nodeId: 'checks', type: 'agent', config: blocking }],
    });
    const { executionId, steps } = await api.waiting(checks, ['checks']);
    const other = await reassign({ executionId, stepId: steps[0] });
    expect([other.http, other.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
    expect(other.error.message).toContain('only human steps');
  });

  test.each([
    ['nobody to pass it on', { fromReviewerId: undefined }],
    ['nobody to take it', { toReviewerId: '' }],
    ['an id of 129 characters', { toReviewerId: 'x'.repeat(129) }],
    ['an id with a control character', { toReviewerId: 'a\u0007' }],
    ['no actor', { actorId: undefined }],
    ['a reason of 2,001 characters', { reason: 'x'.repeat(2_001) }],
    ['an unknown field', { force: true }],
  ])('400: %s', async (_what, change) => {
    const { http, error } = await reassign({ executionId: 'exec_x', stepId: 's', ...change });
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(error.details.issues).toHaveLength(1);
  });
});

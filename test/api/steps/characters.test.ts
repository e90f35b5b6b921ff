// Lengths are in characters, of which an emoji is one: what the schemas take, the workflow takes.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';

const emoji = (count: number) => '😀'.repeat(count);
const REVIEWER = emoji(128);

let api: ApiHarness;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  const reviewers = [REVIEWER, 'bob'].map((userId) => ({ userId, mandatory: true }));
  definitionId = await api.define({
    name: 'Emoji',
    nodes: [{ nodeId: 'review', type: 'human', config: { reviewers } }],
  });
});
afterAll(() => api.close());

test('the longest reasons and ids of emoji are taken by every change of an execution', async () => {
  const long = { actorId: emoji(256), reason: emoji(2_000) };
  const changes = [
    ['steps/recordReviewerDecision', { reviewerId: REVIEWER, decision: 'approve', reason: long.reason }],
    ['steps/reassign', { fromReviewerId: REVIEWER, toReviewerId: emoji(127), ...long }],
    ['steps/resolve', { action: 'force-approve', ...long }],
    ['steps/cancel', { actorId: long.actorId, reason: emoji(500) }],
  ] as const;
  for (const [operation, data] of changes) {
    const { executionId, steps } = await api.waiting(definitionId, ['review']);
    const { http, error } = await api.call(operation, { executionId, stepId: steps[0], ...data });
    expect({ operation, http, error }).toEqual({ operation, http: 200, error: undefined });
  }
  const { executionId } = await api.waiting(definitionId, ['review']);
  expect((await api.call('executions/cancel', { executionId, reason: emoji(500) })).result.cancelled).toBe(true);
});

test('one character more is a 400', async () => {
  const { executionId, steps } = await api.waiting(definitionId, ['review']);
  const decision = { executionId, stepId: steps[0], reviewerId: REVIEWER, decision: 'approve' };
  const { http } = await api.call('steps/recordReviewerDecision', { ...decision, reason: emoji(2_001) });
  expect(http).toBe(400);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { verifySignature } from '../../src/outbound/signature';
import { type Receiver, startReceiver } from '../support/receiver';
import { type ApiHarness, startApiHarness } from './harness';

let receiver: Receiver;
let api: ApiHarness;
beforeAll(async () => {
  receiver = await startReceiver();
  api = await startApiHarness({ env: { OUTBOUND_ALLOW: receiver.host } });
});
afterAll(async () => {
  await api.close();
  await receiver.close();
});

/** As dispatch-execution prints it, the webhook's host aside; its secret has just the 16 characters that are needed. */
const dispatch = () => ({
  definitionId: 'marketing-copy-approval',
  idempotencyKey: 'campaign-42-dispatch',
  correlationId: 'corr_campaign_42',
  triggerContext: { assetId: 'asset_8f3', campaign: 'Q2 launch' },
  webhookUrl: `http://${receiver.host}/velt/approvals`,
  webhookSecret: 'whsec_9a8fS2l...',
});

test("the seeds' example requests work as they are printed, one after the other, and the webhooks verify", async () => {
  expect((await api.call('definitions/create', EXAMPLE_DEFINITION)).result).toMatchObject({
    definitionId: 'marketing-copy-approval',
    version: 1,
    status: 'active',
  });
  const { result } = await api.call('executions/dispatch', dispatch());
  expect(result).toEqual({
    executionId: 'exec_campaign-42-dispatch',
    correlationId: 'corr_campaign_42',
    deduplicated: false,
  });
  expect((await api.call('executions/dispatch', dispatch())).result).toEqual({ ...result, deduplicated: true });

  const { executionId } = result;
  const view = async () => (await api.call('executions/get', { executionId })).result;
  for (const [nodeId, reviewerId] of [
    ['human-legal', 'u_legal_01'],
    ['human-brand', 'u_brand_01'],
  ]) {
    let step: any;
    while (!step) step = (await view()).steps.find((it: any) => it.nodeId === nodeId && it.status === 'waiting');
    const decision = { executionId, stepId: step.stepId, reviewerId, decision: 'approve' };
    expect((await api.call('steps/recordReviewerDecision', decision)).result.recorded).toBe(true);
  }
  await receiver.received((hook) => hook.event.event === 'execution.completed');
  for (const { body, headers } of receiver.hooks) {
    expect(verifySignature(body, 'whsec_9a8fS2l...', String(headers['x-velt-signature']))).toBe(true);
  }
  const ended = await view();
  expect(ended).toEqual({
    executionId,
    status: 'completed',
    startedAt: expect.any(Number),
    completedAt: expect.any(Number),
    cancelledAt: null,
    definitionId: 'marketing-copy-approval',
    definitionVersion: 1,
    correlationId: 'corr_campaign_42',
    idempotencyKey: 'campaign-42-dispatch',
    failureReason: null,
    steps: expect.any(Array),
  });
  expect(ended.steps.at(-1).stepId).toBe('group_parallel-review__to__agent-publish');
});

test.each([
  ['webhookSecret', 'of 15 characters', 'fifteen-letters'],
  ['webhookSecret', 'of 513 characters', 'x'.repeat(513)],
  ['idempotencyKey', 'with a slash', 'not/a/key'],
])('a %s %s in the example is refused', async (field, _what, value) => {
  const { http, error } = await api.call('executions/dispatch', { ...dispatch(), [field]: value });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.details.issues[0].path).toEqual(['data', field]);
});

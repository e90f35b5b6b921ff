import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import { pauses } from '../support/eventually';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

let api: ApiHarness;
let marketing: string;
beforeAll(async () => {
  api = await startApiHarness();
  marketing = await api.define();
});
afterAll(() => api.close());

const dispatch = (data: object) => api.call('executions/dispatch', { definitionId: marketing, ...data });
const get = (executionId: string) => api.call('executions/get', { executionId });
const decide = (data: object) => api.call('steps/recordReviewerDecision', { decision: 'approve', ...data });
const oneReviewer = {
  name: 'One reviewer',
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
};

describe('executions/dispatch', () => {
  test('400: a triggerContext that grows beyond what Temporal takes when it is written out', async () => {
    const raw = `{"data":{"definitionId":"${marketing}","triggerContext":{"a":[${Array(100_000).fill('1E20').join(',')}]}}}`;
    const headers = { 'content-type': 'application/json', ...CREDENTIALS.one };
    const { http, error } = await api.send('/v2/workflow/executions/dispatch', { method: 'POST', headers, body: raw });
    expect([http, error.details.issues[0].path]).toEqual([400, ['data', 'triggerContext']]);
  });

  test('200: the seed example, its webhook host aside', async () => {
    const { http, result } = await dispatch({
      idempotencyKey: `campaign-42-${randomUUID()}`,
      correlationId: 'corr_campaign_42',
      triggerContext: { assetId: 'asset_8f3', campaign: 'Q2 launch' },
    });
    expect(http).toBe(200);
    expect(result).toEqual({
      executionId: expect.stringMatching(/^exec_campaign-42-/),
      correlationId: 'corr_campaign_42',
      deduplicated: false,
    });
  });

  test('200: without a key one is made of the time and eight characters, and a correlation id too', async () => {
    const { result } = await dispatch({});
    expect(result.executionId).toMatch(/^exec_\d{13}_[0-9a-z]{8}$/);
    expect(result.correlationId).toMatch(/^corr_[0-9a-f]+$/);
  });

  test('200: a replay returns the first ids, whatever else it says, also after the end', async () => {
    const idempotencyKey = randomUUID();
    const first = (await dispatch({ idempotencyKey, correlationId: 'first' })).result;
    const replay = { executionId: first.executionId, correlationId: 'first', deduplicated: true };
    expect((await dispatch({ idempotencyKey, correlationId: 'second', triggerContext: { other: 1 } })).result).toEqual(
      replay,
    );
    await api.call('executions/cancel', { executionId: first.executionId });
    expect((await dispatch({ idempotencyKey })).result).toEqual(replay);
    expect((await dispatch({ idempotencyKey, version: 99 })).result).toEqual(replay);
  });

  test('200: of eight identical racing dispatches exactly one is not deduplicated', async () => {
    const idempotencyKey = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => dispatch({ idempotencyKey, correlationId: 'race' })),
    );
    expect(answers.map((answer) => answer.http)).toEqual(Array(8).fill(200));
    expect(answers.filter((answer) => !answer.result.deduplicated)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.result.executionId)).size).toBe(1);
  });

  test('a replay adds no event to the history', async () => {
    const { executionId, steps } = await api.waiting(marketing, ['human-legal', 'human-brand']);
    expect(steps).toHaveLength(2);
    const key = executionId.slice('exec_'.length);
    const workspace = (await api.client.workflow.getHandle(await workflowIdOf(executionId)).describe()).searchAttributes
      .Workspace;
    const handle = api.client.workflow.getHandle(executionWorkflowId(String(workspace), key));
    const before = (await handle.describe()).historyLength;
    await dispatch({ idempotencyKey: key });
    await get(executionId);
    expect((await handle.describe()).historyLength).toBe(before);
  });

  test("409: a key that belongs to another definition's execution", async () => {
    const idempotencyKey = randomUUID();
    await dispatch({ idempotencyKey });
    const definitionId = await api.define(oneReviewer);
    for (const data of [{ definitionId }, { definitionId: 'nothing-here' }]) {
      const { http, error } = await dispatch({ idempotencyKey, ...data });
      expect([http, error.status]).toEqual([409, 'ALREADY_EXISTS']);
    }
  });

  test('404: an unknown definition or version, and that of another workspace', async () => {
    for (const data of [{ definitionId: 'nothing-here' }, { version: 2 }]) {
      const { http, error } = await dispatch(data);
      expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await api.call('executions/dispatch', { definitionId: marketing }, { workspace: 'two' })).http).toBe(404);
  });

  test('the same key in two workspaces is two executions', async () => {
    const idempotencyKey = randomUUID();
    await dispatch({ idempotencyKey });
    expect(
      (await api.call('executions/get', { executionId: `exec_${idempotencyKey}` }, { workspace: 'two' })).http,
    ).toBe(404);
  });

  test.each([
    ['a key with a blank', { idempotencyKey: 'a b' }],
    ['a key of 201 characters', { idempotencyKey: 'x'.repeat(201) }],
    ['a key that is a UUID of version 8', { idempotencyKey: '86e6cce1-0599-81f1-913a-226156badb04' }],
    ['a correlation id with a slash', { correlationId: 'a/b' }],
    ['a webhookUrl alone', { webhookUrl: 'https://hooks.acme.com/x' }],
    ['a webhookSecret alone', { webhookSecret: '0123456789abcdef' }],
    ['a short webhookSecret', { webhookUrl: 'https://hooks.acme.com/x', webhookSecret: 'short' }],
    ['a plain webhookUrl', { webhookUrl: 'http://hooks.acme.com/x', webhookSecret: '0123456789abcdef' }],
    ['a private webhookUrl', { webhookUrl: 'https://10.0.0.1/x', webhookSecret: '0123456789abcdef' }],
    ['a triggerContext that is a list', { triggerContext: [] }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await dispatch(data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(error.details.issues[0].path[0]).toBe('data');
  });

  test("400: a scoped definition wants its own organization's and document's ids", async () => {
    const definitionId = await api.define({
      ...oneReviewer,
      scope: { level: 'document', organizationId: 'org', documentId: 'doc' },
    });
    const attempt = (ids: object) => dispatch({ definitionId, ...ids });
    expect((await attempt({})).error.message).toContain('organizationId is required');
    expect((await attempt({ organizationId: 'org' })).error.message).toContain('documentId is required');
    expect((await attempt({ organizationId: 'org', documentId: 'other' })).error.message).toContain('is not the one');
    expect((await attempt({ organizationId: 'org', documentId: 'doc' })).http).toBe(200);
  });

  test('200: a replay of a dispatch from before the definition was scoped', async () => {
    const definitionId = await api.define(oneReviewer);
    const idempotencyKey = `before-${randomUUID()}`;
    const { result } = await dispatch({ definitionId, idempotencyKey });
    const scope = { level: 'organization', organizationId: 'org' };
    await api.call('definitions/update', { ...oneReviewer, definitionId, scope, ifVersion: 1 });
    expect((await dispatch({ definitionId, idempotencyKey })).result).toEqual({ ...result, deduplicated: true });
    expect((await dispatch({ definitionId })).http).toBe(400);
  });

  test('operators see it by id, label, memo and search attributes', async () => {
    const { result } = await dispatch({ idempotencyKey: `ops-${randomUUID()}`, correlationId: 'corr_ops' });
    const description = await api.client.workflow.getHandle(await workflowIdOf(result.executionId)).describe();
    expect(description.type).toBe('execution');
    expect(description.memo).toMatchObject({
      definitionId: marketing,
      definitionVersion: 1,
      correlationId: 'corr_ops',
    });
    expect(description.searchAttributes).toMatchObject({
      DefinitionId: [marketing],
      CorrelationId: ['corr_ops'],
      DefinitionVersion: [1],
    });
    expect(await description.staticSummary()).toBe(`${marketing} v1 · corr_ops`);
  });
});

describe('executions/get', () => {
  test('200: every field that the seed prints, by the same name and type, to the end', async () => {
    const { executionId, steps } = await api.waiting(marketing, ['human-legal', 'human-brand'], {
      correlationId: 'corr_get',
    });
    await decide({ executionId, stepId: steps[0], reviewerId: 'u_legal_01' });
    await decide({ executionId, stepId: steps[1], reviewerId: 'u_brand_01' });
    const result = await untilEnded(executionId);
    expect(result).toMatchObject({
      executionId,
      status: 'completed',
      startedAt: expect.any(Number),
      completedAt: expect.any(Number),
      cancelledAt: null,
      definitionId: marketing,
      definitionVersion: 1,
      correlationId: 'corr_get',
      idempotencyKey: executionId.slice('exec_'.length),
      failureReason: null,
    });
    expect(result.steps.at(-1)).toEqual({
      stepId: 'group_parallel-review__to__agent-publish',
      nodeId: 'agent-publish',
      nodeType: 'agent',
      status: 'completed',
      groupId: null,
      startedAt: expect.any(Number),
      completedAt: expect.any(Number),
      output: {
        agentId: 'publish-agent-v1',
        summary: expect.any(String),
        generatedAt: expect.any(Number),
        publicationId: expect.any(String),
      },
      error: null,
    });
  });

  test('200: a run that an operator terminated shows as failed, with the steps that were known', async () => {
    const { executionId, steps } = await api.waiting(marketing, ['human-legal', 'human-brand']);
    await api.client.workflow.getHandle(await workflowIdOf(executionId)).terminate('by an operator');
    const { result } = await get(executionId);
    expect(result).toMatchObject({
      status: 'failed',
      failureReason: { code: 'terminated' },
      completedAt: expect.any(Number),
    });
    expect(result.steps).toHaveLength(3);
    const late = await decide({ executionId, stepId: steps[0], reviewerId: 'u_legal_01' });
    expect(late.result).toMatchObject({ recorded: false, rejectionReason: 'already-terminal' });
  });

  test.each([['exec_never-dispatched'], ['nonsense'], ['exec_'], ['exec_a/b'], ['']])(
    '404: %j',
    async (executionId) => {
      for (const [path, rest] of [
        ['executions/get', {}],
        ['executions/cancel', {}],
        ['steps/recordReviewerDecision', { stepId: 's', reviewerId: 'r', decision: 'approve' }],
      ] as const) {
        const { http, error } = await api.call(path, { executionId, ...rest });
        expect([path, http, error.status]).toEqual([path, 404, 'NOT_FOUND']);
      }
    },
  );
});

describe('executions/cancel', () => {
  test('200: true once, then false, and Temporal closes the workflow as Canceled', async () => {
    const { executionId } = await api.waiting(marketing, ['human-legal']);
    expect((await api.call('executions/cancel', { executionId, reason: 'off' })).result).toEqual({
      cancelled: true,
      executionId,
    });
    expect((await get(executionId)).result).toMatchObject({
      status: 'cancelled',
      cancelledAt: expect.any(Number),
      completedAt: null,
    });
    const handle = api.client.workflow.getHandle(await workflowIdOf(executionId));
    await expect(handle.result()).rejects.toThrow();
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect((await api.call('executions/cancel', { executionId })).result).toEqual({ cancelled: false, executionId });
    expect((await get(executionId)).result.status).toBe('cancelled');
  });

  test("200: an operator's Cancel in Temporal does exactly the same", async () => {
    const { executionId } = await api.waiting(marketing, ['human-legal']);
    const handle = api.client.workflow.getHandle(await workflowIdOf(executionId));
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect((await get(executionId)).result.status).toBe('cancelled');
    expect((await handle.describe()).status.name).toBe('CANCELLED');
  });

  test('400: a reason of more than 500 characters', async () => {
    expect((await api.call('executions/cancel', { executionId: 'exec_x', reason: 'x'.repeat(501) })).http).toBe(400);
  });
});

describe('steps/recordReviewerDecision', () => {
  test('200: recorded, and the read after it shows it', async () => {
    const { executionId, steps } = await api.waiting(marketing, ['human-legal', 'human-brand']);
    const { result } = await decide({ executionId, stepId: steps[0], reviewerId: 'u_legal_01', reason: 'Fine' });
    expect(result).toEqual({ recorded: true, aggregatorStatus: 'resolved', resumeScheduled: true });
    const seen = (await get(executionId)).result.steps.find((step: any) => step.stepId === steps[0]);
    expect(seen).toMatchObject({
      status: 'completed',
      output: { decision: 'approve', responses: [{ reason: 'Fine' }] },
    });
  });

  test('200: a decision that does not end the step', async () => {
    const { executionId, steps } = await api.waiting(await api.define(oneReviewer), ['review']);
    const { result } = await decide({ executionId, stepId: steps[0], reviewerId: 'bob' });
    expect(result).toEqual({ recorded: true, aggregatorStatus: 'pending', resumeScheduled: false });
  });

  test('200: idempotent, unknown-responder and already-terminal are answers, while it runs and after the end', async () => {
    const { executionId, steps } = await api.waiting(await api.define(oneReviewer), ['review']);
    const [stepId] = steps;
    expect((await decide({ executionId, stepId, reviewerId: 'eve' })).result).toEqual({
      recorded: false,
      aggregatorStatus: 'pending',
      resumeScheduled: false,
      rejectionReason: 'unknown-responder',
    });
    await decide({ executionId, stepId, reviewerId: 'ada' });
    await untilEnded(executionId);
    const reasonFor = async (reviewerId: string) =>
      (await decide({ executionId, stepId, reviewerId })).result.rejectionReason;
    expect(await reasonFor('ada')).toBe('idempotent');
    expect(await reasonFor('bob')).toBe('already-terminal');
    expect(await reasonFor('eve')).toBe('unknown-responder');
  });

  test('404 for an unknown step and 400 for an agent step, while it runs and after the end', async () => {
    const { executionId } = await api.waiting(marketing, ['human-legal']);
    const draft = (await get(executionId)).result.steps[0].stepId;
    const attempt = async (stepId: string) => {
      const { http, error } = await decide({ executionId, stepId, reviewerId: 'u_legal_01' });
      return [http, error.status];
    };
    for (const phase of ['running', 'ended']) {
      expect([phase, await attempt('step_nowhere')]).toEqual([phase, [404, 'NOT_FOUND']]);
      expect([phase, await attempt(draft)]).toEqual([phase, [400, 'FAILED_PRECONDITION']]);
      await api.call('executions/cancel', { executionId });
      await untilEnded(executionId);
    }
  });

  test('a reject without a route fails the execution, says who and why, and Temporal agrees', async () => {
    const { executionId, steps } = await api.waiting(await api.define(oneReviewer), ['review']);
    await decide({ executionId, stepId: steps[0], reviewerId: 'bob', decision: 'reject', reason: 'Off brand' });
    const result = await untilEnded(executionId);
    expect(result.status).toBe('failed');
    expect(result.failureReason).toEqual({
      code: 'unhandled-rejection',
      message: expect.stringContaining('rejected by bob: Off brand'),
    });
    const handle = api.client.workflow.getHandle(await workflowIdOf(executionId));
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'unhandled-rejection' } });
    expect((await handle.describe()).status.name).toBe('FAILED');
  });

  test.each([
    ['another decision', { decision: 'maybe' }],
    ['no reviewer', { reviewerId: '' }],
    ['a long reason', { reason: 'x'.repeat(2_001) }],
    ['no step', { stepId: undefined }],
  ])('400: %s', async (_what, change) => {
    const { http, error } = await decide({ executionId: 'exec_x', stepId: 's', reviewerId: 'r', ...change });
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

async function untilEnded(executionId: string): Promise<any> {
  const pause = pauses();
  for (;;) {
    const { result } = await get(executionId);
    if (result.status !== 'running' && result.status !== 'pending') return result;
    await pause();
  }
}

/** The workspace's name is random per harness: Temporal knows the workflow by its key. */
async function workflowIdOf(executionId: string): Promise<string> {
  const workspace = api.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (workspace.kind !== 'ok') throw new Error('the harness has lost its workspace');
  return executionWorkflowId(workspace.workspace, executionId.slice('exec_'.length));
}

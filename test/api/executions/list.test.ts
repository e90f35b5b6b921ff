import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { resetToFirstTask } from '../../support/reset';
import { newId, waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness } from '../harness';
import { allPages } from '../pages';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const list = (data: object = {}) => api.call('executions/list', data);
const dispatch = async (data: object) => (await api.call('executions/dispatch', data)).result.executionId as string;
const listedOnce = (data: object, isThere: (items: any[]) => boolean) =>
  eventually(
    async () => (await list(data)).result.items,
    (items) => isThere(items),
  );
const reject = async (executionId: string, stepId: string, reason: string) =>
  api.call('steps/recordReviewerDecision', { executionId, stepId, reviewerId: 'ada', decision: 'reject', reason });

/** As an operator does it in the Temporal UI, to the first workflow task. */
async function reset(idempotencyKey: string, definitionId: string): Promise<void> {
  const { workflow } = api.client;
  for await (const { workflowId } of workflow.list({ query: `DefinitionId = '${definitionId}'` })) {
    if (!workflowId.endsWith(idempotencyKey)) continue;
    await resetToFirstTask(api.client, workflowId);
    return;
  }
  throw new Error(`${idempotencyKey} is not listed`);
}

describe('executions/list', () => {
  test('200: an execution that an operator has reset is there once, as it goes on; whether it was open or not', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const [open, closed] = [randomUUID(), randomUUID()];
    await api.waiting(definitionId, ['review'], { idempotencyKey: open });
    const { executionId, steps } = await api.waiting(definitionId, ['review'], { idempotencyKey: closed });
    await reject(executionId, steps[0]!, 'too long');
    await listedOnce({ definitionId, status: 'failed' }, (items) => items.length === 1);
    await listedOnce({ definitionId, status: 'running' }, (items) => items.length === 1);
    await reset(open, definitionId);
    await reset(closed, definitionId);

    const shown = await listedOnce({ definitionId }, (items) => items.every(({ status }) => status === 'running'));
    expect(shown.map((item: any) => item.executionId).sort()).toEqual([`exec_${open}`, `exec_${closed}`].sort());
    // The run that was open is terminated.
    const failed = (await list({ definitionId, status: 'failed' })).result.items.map((item: any) => item.executionId);
    expect(failed).not.toContain(`exec_${open}`);
  });

  test('200: an open execution as get shows it, without its steps', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const { executionId } = await api.waiting(definitionId, ['review'], { correlationId: 'corr_a' });
    const [item] = await listedOnce({ definitionId }, (items) => items.length === 1);
    const { result: view } = await api.call('executions/get', { executionId });
    expect(item).toEqual({ ...view, steps: [], startedAt: item.startedAt });
    expect(Math.abs(item.startedAt - view.startedAt)).toBeLessThan(60_000);
  });

  test('200: each status finds its own; a closed execution says when and why it ended', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const [open, approved, rejected, cancelled, terminated] = await Promise.all(
      Array.from({ length: 5 }, () => api.waiting(definitionId, ['review'])),
    );
    await api.call('steps/recordReviewerDecision', {
      executionId: approved!.executionId,
      stepId: approved!.steps[0],
      reviewerId: 'ada',
      decision: 'approve',
    });
    await reject(rejected!.executionId, rejected!.steps[0]!, 'too long');
    await api.call('executions/cancel', { executionId: cancelled!.executionId });
    for await (const { workflowId } of api.client.workflow.list({ query: `DefinitionId = '${definitionId}'` })) {
      if (workflowId.endsWith(terminated!.executionId.slice('exec_'.length))) {
        await api.client.workflow.getHandle(workflowId).terminate('by an operator');
      }
    }
    await listedOnce({ definitionId, status: 'running' }, (items) => items.length === 1);
    const ids = async (status: string) =>
      (await list({ definitionId, status })).result.items.map((item: any) => item.executionId).sort();
    expect(await ids('running')).toEqual([open!.executionId]);
    expect(await ids('completed')).toEqual([approved!.executionId]);
    expect(await ids('cancelled')).toEqual([cancelled!.executionId]);
    expect(await ids('failed')).toEqual([rejected!.executionId, terminated!.executionId].sort());
    expect(await ids('pending')).toEqual([]);

    const byId = new Map<string, any>(
      (await list({ definitionId })).result.items.map((item: any) => [item.executionId, item]),
    );
    expect(byId.size).toBe(5);
    const { result: view } = await api.call('executions/get', { executionId: rejected!.executionId });
    expect(byId.get(rejected!.executionId).failureReason).toEqual(view.failureReason);
    expect(byId.get(terminated!.executionId)).toMatchObject({
      status: 'failed',
      failureReason: { code: 'terminated' },
    });
    expect(byId.get(cancelled!.executionId)).toMatchObject({ completedAt: null, cancelledAt: expect.any(Number) });
    expect(byId.get(approved!.executionId)).toMatchObject({ completedAt: expect.any(Number), cancelledAt: null });
  });

  test('200: a long failure message is cut to 300 characters', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const { executionId, steps } = await api.waiting(definitionId, ['review']);
    await reject(executionId, steps[0]!, 'no '.repeat(600));
    const [item] = await listedOnce({ definitionId, status: 'failed' }, (items) => items.length === 1);
    expect(item.failureReason.code).toBe('unhandled-rejection');
    expect(item.failureReason.message).toHaveLength(300);
  });

  test('200: by correlation id, with another filter beside it, and never from another workspace', async () => {
    const correlationId = `it's-"odd"\\-${randomUUID()}`.replace(/[^\w-]/g, '-');
    const [one, other] = [await api.define(waitsFor('ada')), await api.define(waitsFor('ada'))];
    const wanted = await dispatch({ definitionId: one, correlationId });
    await dispatch({ definitionId: other, correlationId });
    await dispatch({ definitionId: one });
    await listedOnce({ correlationId }, (items) => items.length === 2);
    const both = (await list({ correlationId, definitionId: one })).result.items;
    expect(both.map((item: any) => item.executionId)).toEqual([wanted]);
    expect((await api.call('executions/list', { correlationId }, { workspace: 'two' })).result.items).toEqual([]);
  });

  test('200: pages hold every execution once, the newest first among the open, then the closed', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    const started: string[] = [];
    for (let n = 0; n < 7; n++) started.push((await api.waiting(definitionId, ['review'])).executionId);
    for (const executionId of [started[1], started[4]]) await api.call('executions/cancel', { executionId });
    await listedOnce({ definitionId, status: 'cancelled' }, (items) => items.length === 2);
    const { items, sizes } = await allPages(api, 'executions/list', { definitionId, pageSize: 3 });
    const [s0, s1, s2, s3, s4, s5, s6] = started;
    expect(items.map((item) => item.executionId)).toEqual([s6, s5, s3, s2, s0, s4, s1]);
    expect(sizes).toEqual([3, 3, 1]);
  });

  test.each([
    ["a quote that would end its string: x' OR WorkflowType = 'execution", "x' OR WorkflowType = 'execution"],
    ['a backslash before the end', 'x\\'],
    ['a double quote, a wildcard and a bracket', '"%_)('],
    ['other scripts', 'дія-审批-🙂'],
  ])('200: a filter is only ever a value: %s', async (_what, value) => {
    for (const filter of [{ definitionId: value }, { correlationId: value }]) {
      const { http, result } = await list(filter);
      expect([http, result]).toEqual([200, { items: [], nextCursor: null }]);
    }
  });

  test('400: a cursor that was not made for this list', async () => {
    const definitionId = await api.define(waitsFor('ada'));
    for (let n = 0; n < 2; n++) await dispatch({ definitionId });
    await listedOnce({ definitionId }, (items) => items.length === 2);
    const { nextCursor } = (await list({ definitionId, pageSize: 1 })).result;
    expect((await list({ definitionId, pageSize: 5, cursor: nextCursor })).http).toBe(200);
    const wrong = [
      list({ cursor: nextCursor }),
      list({ definitionId: newId(), cursor: nextCursor }),
      list({ definitionId, status: 'running', cursor: nextCursor }),
      list({ definitionId, cursor: `${nextCursor}A` }),
      list({ definitionId, cursor: 'made-up' }),
      list({ definitionId, cursor: '' }),
      api.call('executions/list', { definitionId, cursor: nextCursor }, { workspace: 'two' }),
      api.call('definitions/list', { cursor: nextCursor }),
    ];
    for (const { http, error } of await Promise.all(wrong))
      expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });

  test.each([
    ['a page of nothing', { pageSize: 0 }],
    ['a page that is too large', { pageSize: 501 }],
    ['an unknown status', { status: 'waiting' }],
    ['an unknown field', { workspace: 'two' }],
    ['a control character', { definitionId: 'a\u0000b' }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await list(data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

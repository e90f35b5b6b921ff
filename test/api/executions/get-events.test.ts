import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let executionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  const started = await api.waiting(await api.define(), ['human-legal', 'human-brand'], {
    correlationId: 'corr-events',
  });
  executionId = started.executionId;
  for (const [index, reviewerId] of ['u_legal_01', 'u_brand_01'].entries()) {
    const data = { executionId, stepId: started.steps[index], reviewerId, decision: 'approve' };
    await api.call('steps/recordReviewerDecision', data);
  }
  const isOver = async () => (await api.call('executions/get', { executionId })).result.status === 'completed';
  while (!(await isOver()));
});
afterAll(() => api.close());

const events = (data: object) => api.call('executions/getEvents', { executionId, ...data });

describe('executions/getEvents', () => {
  test("200: every external event of a closed execution, ascending, each with the execution's correlation id", async () => {
    const { http, result } = await events({});
    expect([http, result.executionId, result.hasMore]).toEqual([200, executionId, false]);
    const seqs = result.events.map(({ seq }: any) => seq);
    expect(seqs).toEqual([...new Set(seqs)].sort((a: any, b: any) => a - b));
    expect(result.nextCursor).toBe(seqs.at(-1));
    expect(result.events[0]).toMatchObject({ seq: 1, type: 'execution.dispatched', stepId: null });
    expect(result.events.at(-1).type).toBe('execution.completed');
    expect(new Set(result.events.map(({ eventId }: any) => eventId)).size).toBe(seqs.length);
    for (const event of result.events) {
      expect(event.correlationId).toBe('corr-events');
      expect(event.type).not.toMatch(/scheduled|started|resumed|response-recorded|overridden|parallel-group/);
    }
  });

  test('200: pages hold every event once; after the last one nothing follows and the cursor stays', async () => {
    const whole = (await events({})).result.events;
    const paged: any[] = [];
    for (let sinceSeq = 0, hasMore = true; hasMore; ) {
      const { result } = await events({ sinceSeq, pageSize: 2 });
      expect(result.events.length).toBeLessThanOrEqual(2);
      paged.push(...result.events);
      [sinceSeq, hasMore] = [result.nextCursor, result.hasMore];
    }
    expect(paged).toEqual(whole);
    const past = (await events({ sinceSeq: 9_999 })).result;
    expect(past).toEqual({ executionId, events: [], nextCursor: 9_999, hasMore: false });
  });

  test('404: an unknown execution, and that of another workspace', async () => {
    expect((await events({ executionId: 'exec_nothing' })).http).toBe(404);
    expect((await api.call('executions/getEvents', { executionId }, { workspace: 'two' })).http).toBe(404);
  });

  test.each([
    ['a negative sinceSeq', { sinceSeq: -1 }],
    ['a sinceSeq that is no number', { sinceSeq: '1' }],
    ['a page of none', { pageSize: 0 }],
    ['a page of 501', { pageSize: 501 }],
  ])('400: %s', async (_what, data) => {
    const { http, error } = await events(data);
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

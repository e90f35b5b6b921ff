// executions/getEvents (contract 1).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let review: string;
beforeAll(async () => {
  api = await startApiHarness();
  review = await api.define({
    name: 'Review',
    nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
  });
});
afterAll(() => api.close());

const getEvents = (data: object) => api.call('executions/getEvents', data);
const approved = async () => {
  const { executionId, steps } = await api.waiting(review, ['review'], { correlationId: 'corr_events' });
  const decision = { executionId, stepId: steps[0], reviewerId: 'ada', decision: 'approve' };
  await api.call('steps/recordReviewerDecision', decision);
  return { executionId, stepId: steps[0]! };
};

test('200: the external events in order, each as contract 2 section 9 says, also after the end', async () => {
  const { executionId, stepId } = await approved();
  const { http, result } = await getEvents({ executionId });
  expect(http).toBe(200);
  const event = (seq: number, type: string, of: string | null, data?: object) => ({
    eventId: `evt_${executionId}_${seq}`,
    seq,
    type,
    stepId: of,
    timestamp: expect.any(Number),
    correlationId: 'corr_events',
    ...(data ? { data } : {}),
  });
  expect(result).toEqual({
    executionId,
    events: [
      event(1, 'execution.dispatched', null, { definitionId: review, definitionVersion: 1, rootStepIds: [stepId] }),
      event(4, 'step.awaiting-approval', stepId, {
        waitingForReviewers: ['ada'],
        mandatoryCount: 1,
        resumeKey: `human:${stepId}`,
      }),
      event(7, 'step.completed', stepId, { nodeType: 'human', decision: 'approve', aggregatorStatus: 'resolved' }),
      event(8, 'execution.completed', null),
    ],
    nextCursor: 8,
    hasMore: false,
  });
});

test('200: in pages, of which each begins after the cursor of the one before', async () => {
  const { executionId } = await approved();
  const seen: number[] = [];
  let sinceSeq = 0;
  for (;;) {
    const { result } = await getEvents({ executionId, sinceSeq, pageSize: 1 });
    seen.push(...result.events.map((event: any) => event.seq));
    expect(result.events).toHaveLength(1);
    expect(result.nextCursor).toBe(seen.at(-1));
    sinceSeq = result.nextCursor;
    if (!result.hasMore) break;
  }
  expect(seen).toEqual([1, 4, 7, 8]);
});

test('200: past the last event there is nothing, and the cursor stays', async () => {
  const { executionId } = await approved();
  for (const sinceSeq of [8, 9_999]) {
    expect((await getEvents({ executionId, sinceSeq })).result).toEqual({
      executionId,
      events: [],
      nextCursor: sinceSeq,
      hasMore: false,
    });
  }
});

test('200: read at once after a decision, it shows that decision', async () => {
  const { executionId } = await api.waiting(review, ['review']);
  expect((await getEvents({ executionId })).result.events).toHaveLength(2);
  await api.call('executions/cancel', { executionId, reason: 'off' });
  const { events } = (await getEvents({ executionId, sinceSeq: 4 })).result;
  expect(events.map((event: any) => [event.type, event.data])).toEqual([
    ['step.cancelled', { actorId: 'system:execution-cancelled', reason: 'off' }],
    ['execution.cancelled', { reason: 'off' }],
  ]);
});

test("404: an unknown execution, a malformed id, and another workspace's execution", async () => {
  const { executionId } = await approved();
  for (const unknown of ['exec_unknown', 'malformed']) {
    const { http, error } = await getEvents({ executionId: unknown });
    expect([http, error.status]).toEqual([404, 'NOT_FOUND']);
  }
  expect((await api.call('executions/getEvents', { executionId }, { workspace: 'two' })).http).toBe(404);
});

test.each([
  ['a negative sinceSeq', { sinceSeq: -1 }],
  ['a sinceSeq that is no integer', { sinceSeq: 1.5 }],
  ['a cursor that is text', { sinceSeq: 'abc' }],
  ['a pageSize of 0', { pageSize: 0 }],
  ['a pageSize of 501', { pageSize: 501 }],
  ['an unknown field', { cursor: 'abc' }],
])('400: %s', async (_what, data) => {
  const { http, error } = await getEvents({ executionId: 'exec_x', ...data });
  expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  expect(error.details.issues).toHaveLength(1);
});

test('200: of a whole flow no internal event, every seq once and ascending, one correlation id', async () => {
  const correlationId = 'corr_whole';
  const { executionId, steps } = await api.waiting(await api.define(), ['human-legal', 'human-brand'], {
    correlationId,
  });
  for (const [index, reviewerId] of ['u_legal_01', 'u_brand_01'].entries()) {
    const data = { executionId, stepId: steps[index], reviewerId, decision: 'approve' };
    await api.call('steps/recordReviewerDecision', data);
  }
  const statusOf = async () => (await api.call('executions/get', { executionId })).result.status;
  await eventually(statusOf, (status) => status === 'completed');
  const { events, nextCursor } = (await getEvents({ executionId })).result;
  const seqs = events.map(({ seq }: any) => seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a: any, b: any) => a - b));
  expect(nextCursor).toBe(seqs.at(-1));
  expect([events[0].type, events.at(-1).type]).toEqual(['execution.dispatched', 'execution.completed']);
  for (const event of events) {
    expect(event.correlationId).toBe(correlationId);
    expect(event.type).not.toMatch(/scheduled|started|resumed|response-recorded|overridden|parallel-group/);
  }
});

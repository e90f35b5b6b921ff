// The character U+0000, which PostgreSQL takes in no text: what an id of Temporal's or a search attribute could be made of is refused in words,
// and free text is kept as it is. `npm run test:postgres` runs this against PostgreSQL.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

const NUL = '\u0000';
const REVIEW = { nodeId: 'review', type: 'human', config: { reviewerIds: ['ada', 'ben'] } };

let api: ApiHarness;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  definitionId = await api.define({ name: `Re${NUL}view`, description: NUL, custom: { [NUL]: NUL }, nodes: [REVIEW] });
});
afterAll(() => api.close());

test('in what people write it is kept, from the dispatch to the end', async () => {
  const triggerContext = { [`key${NUL}`]: `value${NUL}` };
  const { executionId, steps } = await api.waiting(definitionId, ['review'], { triggerContext });
  const decision = { executionId, stepId: steps[0], reviewerId: 'ada', decision: 'approve', reason: `fine${NUL}` };
  expect((await api.call('steps/recordReviewerDecision', decision)).result).toMatchObject({ recorded: true });
  const override = { executionId, stepId: steps[0], action: 'force-complete', actorId: 'ops' };
  const resolved = await api.call('steps/resolve', { ...override, reason: NUL, output: { [NUL]: NUL } });
  expect(resolved.http).toBe(200);
  const { result } = await api.call('executions/get', { executionId });
  expect(result.steps[0].output).toMatchObject({ [NUL]: NUL });
  const other = await api.waiting(definitionId, ['review']);
  const cancelled = await api.call('executions/cancel', { executionId: other.executionId, reason: `no${NUL}` });
  expect(cancelled.result).toMatchObject({ cancelled: true });
});

describe('is refused, and said to be what is wrong,', () => {
  let ids: { executionId: string; stepId: string | undefined };
  beforeAll(async () => {
    const { executionId, steps } = await api.waiting(definitionId, ['review']);
    ids = { executionId, stepId: steps[0] };
  });
  const control = 'must not contain control characters';
  const characters = 'must be 1 to 200 of A-Z a-z 0-9 : _ - .';

  test.each<[string, () => object, string]>([
    ['executions/dispatch', () => ({ definitionId, idempotencyKey: `k${NUL}` }), `data.idempotencyKey: ${characters}`],
    ['executions/dispatch', () => ({ definitionId, correlationId: `c${NUL}` }), `data.correlationId: ${characters}`],
    ['executions/dispatch', () => ({ definitionId, folderId: NUL }), `data.folderId: ${control}`],
    ['executions/list', () => ({ definitionId: NUL }), `data.definitionId: ${control}`],
    ['executions/list', () => ({ correlationId: NUL }), 'data.correlationId: must not hold the character U+0000'],
    ['reviews/list', () => ({ reviewerId: `ada${NUL}` }), `data.reviewerId: ${control}`],
    [
      'steps/reassign',
      () => ({ ...ids, fromReviewerId: 'ada', toReviewerId: NUL, actorId: 'ops' }),
      `data.toReviewerId: ${control}`,
    ],
    ['steps/cancel', () => ({ ...ids, actorId: NUL }), `data.actorId: ${control}`],
  ])('by %s: %#', async (operation, data, message) => {
    expect(await api.call(operation, data())).toMatchObject({ http: 400, error: { message } });
  });

  test.each<[string, () => object]>([
    ['executions/dispatch', () => ({ definitionId: NUL })],
    ['executions/get', () => ({ executionId: `exec_${NUL}` })],
    ['executions/getEvents', () => ({ executionId: NUL })],
    ['definitions/get', () => ({ definitionId: NUL })],
    ['definitions/delete', () => ({ definitionId: NUL })],
    [
      'steps/recordReviewerDecision',
      () => ({ ...ids, stepId: `${ids.stepId}${NUL}`, reviewerId: 'ada', decision: 'approve' }),
    ],
  ])('by %s: nothing has such an id', async (operation, data) => {
    expect(await api.call(operation, data())).toMatchObject({ http: 404, error: { status: 'NOT_FOUND' } });
  });

  test('by a decision: nobody has such an id', async () => {
    const decision = { ...ids, reviewerId: `ada${NUL}`, decision: 'approve' };
    const { result } = await api.call('steps/recordReviewerDecision', decision);
    expect(result).toMatchObject({ recorded: false, rejectionReason: 'unknown-responder' });
  });

  test.each<[string, object, number, string]>([
    ['idempotencyKey', { idempotencyKey: NUL, idempotencyStrategy: 'FAIL' }, 400, 'must not hold the character U+0000'],
    ['correlationId', { correlationId: `c${NUL}` }, 400, 'must not hold the character U+0000'],
    ['name', { name: NUL }, 404, 'No such workflow defined'],
  ])("by a start of Conductor's: %s", async (_field, rest, http, words) => {
    const headers = { 'content-type': 'application/json', 'x-authorization': CREDENTIALS.one['x-velt-auth-token'] };
    const body = JSON.stringify({ name: definitionId, ...rest });
    const response = await fetch(`${api.url}/api/workflow`, { method: 'POST', headers, body });
    expect([response.status, await response.text()]).toEqual([http, expect.stringContaining(words)]);
  });
});

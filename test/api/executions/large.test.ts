import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conductorOf } from '../dialects';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../harness';

const WIDTH = 55;
const ids = Array.from({ length: WIDTH }, (_, index) => `review-${index}`);
/** Half a megabyte as it is written, and a whole one with its parsed conditions. */
const LARGEST = {
  definitionId: 'largest',
  name: 'Largest',
  nodes: ids.map((nodeId) => ({
    nodeId,
    type: 'human',
    config: { reviewers: [{ userId: 'ada', mandatory: true }], commentBody: 'c'.repeat(8_000) },
  })),
  edges: ids.slice(1, 31).map((to) => ({ from: 'review-0', to, when: Array(90).fill('!!!!!!!!1').join('||') })),
};
/** A quarter of a megabyte as it is sent, and five times that as it is written out. */
const NUMBERS = 57_000;
const numbers = Array(NUMBERS).fill('1E20').join(',');

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
  await api.call('definitions/create', LARGEST);
});
afterAll(() => api.close());

describe('a definition and a triggerContext that are more than Temporal takes as one input', () => {
  test('are dispatched all the same, read, and decided on', async () => {
    const body = `{"data":{"definitionId":"largest","idempotencyKey":"large","triggerContext":{"numbers":[${numbers}]}}}`;
    const headers = { 'content-type': 'application/json', ...CREDENTIALS.one };
    const { http, result } = await api.send('/v2/workflow/executions/dispatch', { method: 'POST', headers, body });
    expect([http, result.executionId]).toEqual([200, 'exec_large']);

    const [step] = (await api.call('executions/get', { executionId: 'exec_large' })).result.steps;
    expect([step.nodeId, step.status]).toEqual(['review-0', 'waiting']);
    const decision = { executionId: 'exec_large', stepId: step.stepId, reviewerId: 'ada', decision: 'approve' };
    expect((await api.call('steps/recordReviewerDecision', decision)).http).toBe(200);
  });

  test('are dispatched and shown with their input in a dialect', async () => {
    const conductor = conductorOf(api);
    const id = (await conductor('POST /api/workflow/largest', { raw: `{"numbers":[${numbers}]}` })).text;
    const { http, json } = await conductor(`GET /api/workflow/${id}?includeTasks=false`);
    expect([http, json.status, json.input.numbers.length]).toEqual([200, 'RUNNING', NUMBERS]);
  });
});

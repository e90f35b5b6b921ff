import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../harness';

const STEPS = 12;
const review = (index: number) => ({
  nodeId: `review-${index}`,
  type: 'human',
  config: { reviewers: [{ userId: 'ada', mandatory: true }] },
});
const publish = (index: number) => ({ nodeId: `publish-${index}`, type: 'agent', config: { agentId: '__mock__' } });
const ids = Array.from({ length: STEPS }, (_, index) => index);

/** Half a megabyte as it is sent, and more than Temporal takes when it is written out. */
const NUMBERS = `{"a":[${Array(100_000).fill('1E20').join(',')}]}`;
/** More than an output may have, and little enough for a body. */
const LARGE = JSON.stringify({ a: 'x'.repeat(1_000_000) });

const HEADERS = { 'content-type': 'application/json', ...CREDENTIALS.one };

let api: ApiHarness;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  definitionId = await api.define({
    name: 'Many reviews',
    nodes: [...ids.map(review), ...ids.map(publish)],
    edges: ids.map((index) => ({ from: `review-${index}`, to: `publish-${index}` })),
  });
});
afterAll(() => api.close());

async function started() {
  const { executionId, steps } = await api.waiting(
    definitionId,
    ids.map((index) => `review-${index}`),
  );
  const resolve = (stepId: string | undefined, output: string) => {
    const words = { executionId, stepId, action: 'force-complete', actorId: 'lead' };
    const body = `{"data":{${JSON.stringify(words).slice(1, -1)},"output":${output}}}`;
    return api.send('/v2/workflow/steps/resolve', { method: 'POST', headers: HEADERS, body });
  };
  const statusOf = async () => (await api.call('executions/get', { executionId })).result.status;
  return { executionId, steps, resolve, statusOf };
}

describe('an output that is too large', () => {
  test.each([
    ['as it is sent', LARGE],
    ['only when it is written out', NUMBERS],
  ])('%s is refused, ten at once, and changes nothing', async (_when, output) => {
    const { steps, resolve, statusOf } = await started();
    const answers = await Promise.all(steps.slice(0, 10).map((stepId) => resolve(stepId, output)));
    for (const { http, error } of answers) {
      expect([http, error.message]).toEqual([400, expect.stringMatching(/^The output would be \d+ bytes; at most/)]);
    }
    expect(await statusOf()).toBe('running');
    expect((await resolve(steps[0], '{"a":1}')).http).toBe(200);
  });

  test('is refused after what is wrong with the step, also of an execution that has ended', async () => {
    const { executionId, steps, resolve } = await started();
    expect((await resolve('step_nowhere', NUMBERS)).http).toBe(404);
    await api.call('executions/cancel', { executionId });
    const { http, error } = await resolve(steps[0], NUMBERS);
    expect([http, error.message]).toEqual([400, expect.stringMatching(/is cancelled; force-complete needs/)]);
  });
});

test('outputs of nearly the largest size, twelve at once, are taken as far as there is room for them', async () => {
  const { executionId, steps, resolve } = await started();
  const output = JSON.stringify({ a: 'x'.repeat(250_000) });
  const answers = await Promise.all(steps.map((stepId) => resolve(stepId, output)));
  // The state of an execution has 1.5 MiB: what does not fit is refused, and nothing else.
  const taken = answers.filter(({ http }) => http === 200).length;
  for (const { http, error } of answers) {
    if (http !== 200)
      expect([http, error.message]).toEqual([
        400,
        expect.stringMatching(/Nothing was recorded \(state-limit-exceeded\)/),
      ]);
  }
  expect(taken).toBeGreaterThanOrEqual(4);
  expect((await api.call('executions/get', { executionId })).result.status).toBe('running');
});

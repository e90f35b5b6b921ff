// Repeats of one event at once; 500 of them when COUNTERSIGN_SCALE is full (npm run test:scale).
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { minimal } from '../api/definitions/sample';
import { type ApiHarness, CREDENTIALS, startApiHarness } from '../api/harness';
import { eventually } from '../support/eventually';

const REPEATS = process.env.COUNTERSIGN_SCALE === 'full' ? 500 : 60;
const SECRET = 'a-secret-of-some-length';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

test(`${REPEATS} concurrent repeats of one event give one execution`, async () => {
  const inboundWebhook = {
    authMode: 'hmac',
    provider: 'github',
    secret: SECRET,
    idempotencyHeader: 'x-github-delivery',
  };
  const triggers = [{ triggerId: 'hook', inboundWebhook }];
  const { definitionId } = (await api.call('definitions/create', minimal({ triggers }))).result;
  const headers = {
    'x-velt-api-key': CREDENTIALS.one['x-velt-api-key'],
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update('{"a":1}').digest('hex')}`,
    'x-github-delivery': 'the-one',
  };
  const path = `/v2/workflow/webhook-inbound/trigger?definitionId=${definitionId}&triggerId=hook`;
  /** A machine that is busy answers 503 or 504: such a request is made again, as a sender would. */
  const send = () =>
    eventually(
      async () => (await api.send(path, { method: 'POST', headers, body: '{"a":1}' })).body,
      ({ code }) => code !== 'unavailable',
    );
  const answers = await Promise.all(Array.from({ length: REPEATS }, send));
  expect(answers.filter(({ code }) => code !== 'accepted')).toEqual([]);
  expect(answers.filter(({ deduplicated }) => deduplicated === false).length).toBeLessThanOrEqual(1);
  expect(new Set(answers.map(({ executionId }) => executionId)).size).toBe(1);
  const { result } = await eventually(
    () => api.call('executions/list', { definitionId }),
    ({ result: page }) => page.items.length > 0,
  );
  expect(result.items).toHaveLength(1);
}, 300_000);

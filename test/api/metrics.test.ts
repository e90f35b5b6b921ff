import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { countOutcomeOf } from '../../src/api/outcomes';
// The worker's, in the registry that both share.
import '../../src/metrics/deliveries';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

/** The value of a sample whose line begins so, or 0. */
async function sample(begin: string): Promise<number> {
  const text = await (await fetch(`${api.url}/metrics`)).text();
  const line = text.split('\n').find((it) => it.startsWith(`${begin} `));
  return Number(line?.slice(begin.length + 1) ?? 0);
}

test('requests are counted by operation and status, dispatches as new or replayed', async () => {
  const requests = 'countersign_request_duration_seconds_count{operation="executions/dispatch",status="200"}';
  const outcome = (name: string) => `countersign_engine_outcomes_total{outcome="${name}"}`;
  const names = [requests, outcome('dispatched'), outcome('deduplicated')];
  const before = await Promise.all(names.map(sample));
  const definitionId = await api.define();
  for (let i = 0; i < 3; i++) await api.call('executions/dispatch', { definitionId, idempotencyKey: 'metrics-1' });
  const after = await Promise.all(names.map(sample));
  expect(after.map((value, index) => value - before[index]!)).toEqual([3, 1, 2]);
  expect(await sample('countersign_temporal_call_duration_seconds_count{outcome="ok"}')).toBeGreaterThan(0);
});

test('who fails to authenticate is counted by what it brought, wrong signatures of inbound webhooks too', async () => {
  const proofs = ['credentials', 'bearer', 'signature'] as const;
  const counts = () =>
    Promise.all(proofs.map((proof) => sample(`countersign_failed_authentications_total{proof="${proof}"}`)));
  const inboundWebhook = { authMode: 'hmac', secret: 'a-secret-of-the-hook' };
  const definitionId = await api.define({ ...EXAMPLE_DEFINITION, triggers: [{ triggerId: 'hook', inboundWebhook }] });
  const before = await counts();
  const headers = { 'content-type': 'application/json' };
  const inbound = (triggerId: string, apiKey: string) => {
    const body = JSON.stringify({ definitionId, triggerId });
    const wrong = { 'x-velt-api-key': apiKey, 'x-velt-signature': 'sha256=00' };
    return api.send('/v2/workflow/webhook-inbound/trigger', {
      method: 'POST',
      headers: { ...headers, ...wrong },
      body,
    });
  };
  const key = CREDENTIALS.one['x-velt-api-key'];
  const answers = [
    await inbound('hook', key),
    await inbound('hook', key),
    await inbound('none', key),
    await inbound('hook', 'no-such-key'),
    await api.send('/v2/workflow/webhook-callback/nobody', { method: 'POST', headers, body: '{}' }),
  ];
  expect(answers.map(({ http }) => http)).toEqual([401, 401, 401, 401, 401]);
  expect((await counts()).map((value, index) => value - before[index]!)).toEqual([1, 1, 3]);
});

test('a part that is passed on counts as no dispatch', async () => {
  const outcome = (name: string) => sample(`countersign_engine_outcomes_total{outcome="${name}"}`);
  const counts = () => Promise.all(['dispatched', 'deduplicated'].map(outcome));
  const before = await counts();
  const step = { executionId: 'exec_1', stepId: 'step_1' };
  for (const deduplicated of [false, true]) countOutcomeOf({ reassigned: true, deduplicated, ...step });
  expect(await counts()).toEqual(before);
});

test('what callers make up becomes no time series, and nothing of theirs is shown', async () => {
  for (let i = 0; i < 20; i++) await api.send(`/v2/workflow/made/up${i}`, { method: 'POST' });
  const response = await fetch(`${api.url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await response.text();
  expect(text).toContain('process_cpu_seconds_total');
  expect(text).not.toMatch(/made|up7|key-of-workspace|workspace=/);
});

test('whatever of ours an alert or docs/operations.md watches is measured', async () => {
  const shown = await (await fetch(`${api.url}/metrics`)).text();
  const root = join(__dirname, '../..');
  const alerts = readFileSync(join(root, 'config/alerts.example.yml'), 'utf8');
  expect(parse(alerts).groups[0].rules.length).toBeGreaterThan(5);
  const texts = alerts + readFileSync(join(root, 'docs/operations.md'), 'utf8');
  const named = new Set(texts.match(/\b(countersign|nodejs|process)_[a-z0-9_]+/g));
  expect(named.size).toBeGreaterThan(5);
  const unknown = [...named].filter((name) => !shown.includes(`# TYPE ${name.replace(/_(bucket|count|sum)$/, '')} `));
  expect(unknown).toEqual([]);
});

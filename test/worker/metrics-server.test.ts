// A worker's own metrics are looked at from outside; what goes wrong with them is no reason for it to end.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Gauge } from 'prom-client';
import { registry } from '../../src/metrics/registry';
import { freePort } from '../../src/temporal/free-port';
import { serveMetrics } from '../../src/worker/metrics-server';

let url: string;
let stop = () => {};
beforeAll(async () => {
  const port = await freePort();
  stop = await serveMetrics('127.0.0.1', port);
  url = `http://127.0.0.1:${port}`;
});
afterAll(() => stop());

test('metrics and health are answered, and nothing else', async () => {
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('process_cpu_seconds_total');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect((await fetch(`${url}/constructor`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
});

test('a metric that cannot be read is a 500, and the next look is answered', async () => {
  let isBroken = true;
  const collect = () => {
    if (isBroken) throw new Error('not to be read');
  };
  new Gauge({ name: 'broken_for_a_test', help: 'Fails once.', registers: [registry], collect });
  expect((await fetch(`${url}/metrics`)).status).toBe(500);
  isBroken = false;
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  registry.removeSingleMetric('broken_for_a_test');
});

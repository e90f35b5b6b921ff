import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Call, Delivery } from '../../bench/journal';
import { type Receiver, startReceiver } from '../../bench/storm/receiver';

/** After so many tries an event is a dead letter (docs/webhooks.md). */
const TRIES_MAX = 6;

let receiver: Receiver;
const told: (Call | Delivery)[] = [];
beforeAll(async () => {
  receiver = await startReceiver((entry) => void told.push(entry));
});
afterAll(() => receiver.close());

async function taken(hook: string, id: string): Promise<boolean> {
  const url = `http://${receiver.host}/hook/${hook}`;
  const request = { method: 'POST', headers: { 'webhook-id': id }, body: '{}', signal: AbortSignal.timeout(900) };
  return fetch(url, request).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function triesUntilTaken(hook: string, id: string): Promise<number> {
  for (let tries = 1; tries <= TRIES_MAX; tries++) if (await taken(hook, id)) return tries;
  return Number.POSITIVE_INFINITY;
}

test('an unsteady receiver refuses some events, and takes each before it would be given up', async () => {
  const ids = Array.from({ length: 40 }, (_, n) => `evt_${n}`);
  const tries = await Promise.all(ids.map((id) => triesUntilTaken('unsteady', id)));
  expect(Math.max(...tries)).toBe(3);
  expect(told.filter((entry) => entry.kind === 'delivery' && entry.isRefused).length).toBeGreaterThan(10);
});

test('a steady receiver takes everything at once', async () => {
  const tries = await Promise.all(['evt_a', 'evt_b', 'evt_c'].map((id) => triesUntilTaken('steady', id)));
  expect(tries).toEqual([1, 1, 1]);
});

// `npm run test:hanging`: half of the receivers hang; what do the other half, and the executions themselves, feel of it?
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomOf } from '../api/fuzz/random';
import { type Receiver, SECRET, startScriptedReceiver } from '../delivery/receiver';
import { agent } from '../engine/scene';
import { type Harness, startHarness } from '../workflows/harness';

const EXECUTIONS = 180;
/** Well below what two cores can do: a machine that is full makes everybody wait, whoever hangs. */
const PER_SECOND = 3;
/** The others' delivery p99 may grow by half, the executions' own times by a fifth; below these times it is noise. */
const NOISE_MS = 150;

let good: Receiver;
let hanging: Receiver;
let harness: Harness;
beforeAll(async () => {
  good = await startScriptedReceiver();
  hanging = await startScriptedReceiver();
  harness = await startHarness({
    agents: { 'a-agent': async () => ({ done: true }) },
    allow: `127.0.0.1:${good.port},127.0.0.1:${hanging.port}`,
  });
}, 60_000);
afterAll(async () => {
  await hanging.close();
  await harness.close();
  await good.close();
}, 60_000);

const percentile = (values: readonly number[], share: number) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/**
 * From an event to its arrival, and from the dispatch to the end of the steps, of those that have a good receiver. Dispatches
 * come as from many independent people (the gaps are exponential, the same each time): at even gaps each would meet the
 * time-outs of ten seconds of those before it in the very same moment.
 */
async function measure(name: string, half: Receiver) {
  const path = `/${name}`;
  const urls = [
    good.script(path, (_n, response) => void response.writeHead(200).end()),
    half.script(`${path}-half`, half === hanging ? () => {} : (_n, response) => void response.writeHead(200).end()),
  ];
  const random = randomOf(1);
  let dueAt = Date.now();
  const starts: Promise<unknown>[] = [];
  for (let index = 0; index < EXECUTIONS; index++) {
    dueAt += -Math.log(1 - random.below(10_000) / 10_000) * (1000 / PER_SECOND);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueAt - Date.now())));
    const key = `${name}-${index}`;
    const receiver = {
      url: urls[index % 2]!,
      sealedSecret: harness.seal(SECRET, `exec_${key}`),
      sealedFor: 'execution',
      eventTypes: null,
    } as const;
    starts.push(harness.start({ nodes: [agent('a')] }, { idempotencyKey: key, receiver }));
  }
  await Promise.all(starts);
  while (good.at(path).length < (3 * EXECUTIONS) / 2) await new Promise((resolve) => setTimeout(resolve, 50));
  const arrived = good.at(path);
  const delays = arrived.map(({ at, event }) => at - Date.parse(event.timestamp));
  const own = arrived
    .filter(({ event }) => event.event === 'execution.completed')
    .map(({ event }) => {
      const dispatched = arrived.find(
        (it) => it.event.executionId === event.executionId && it.event.event === 'execution.dispatched',
      );
      return Date.parse(event.timestamp) - Date.parse(dispatched!.event.timestamp);
    });
  return {
    p50: percentile(delays, 0.5),
    p99: percentile(delays, 0.99),
    own50: percentile(own, 0.5),
    own99: percentile(own, 0.99),
  };
}

test("when half of the receivers hang, the others' deliveries and the executions' own times hardly change", async () => {
  await measure('warm-up', good);
  const before = await measure('all-well', good);
  const during = await measure('half-hanging', hanging);
  const ratio = (one: number, other: number) => (one / Math.max(other, 1)).toFixed(2);
  process.stdout.write(
    `delivery p50 ${before.p50} -> ${during.p50} ms, p99 ${before.p99} -> ${during.p99} ms (x${ratio(during.p99, before.p99)}); ` +
      `execution p50 ${before.own50} -> ${during.own50} ms (x${ratio(during.own50, before.own50)}), p99 ${before.own99} -> ${during.own99} ms\n`,
  );
  expect(during.p99).toBeLessThanOrEqual(Math.max(before.p99 * 1.5, NOISE_MS));
  expect(during.own50).toBeLessThanOrEqual(Math.max(before.own50 * 1.2, NOISE_MS));
}, 600_000);

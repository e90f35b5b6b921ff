// What any Temporal client may signal to a delivery workflow: what is none of ours changes nothing, and stops nothing.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { DeliveryRecord } from '../../src/workflows/contract/deliveries';
import { deliveryWorkflowId } from '../../src/workflows/contract/ids';
import { QUERY, SIGNAL } from '../../src/workflows/contract/messages';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, startHarness, startTo, WORKSPACE } from './harness';

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({ allow: receiver.host, times: { scale: 0.01, answerMs: 10_000 } });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

const recordsOf = (handle: WorkflowHandle): Promise<readonly DeliveryRecord[]> =>
  handle.query<readonly DeliveryRecord[]>(QUERY.deliveryRecords).catch(() => []);

const EVENT = { seq: 900, type: 'step.completed', stepId: 's', at: 1, data: null };
const OUTCOME = { kind: 'failed', at: 1, lastError: 'answered 503', wasSent: true, retryAfterMs: 100 };
const DEEP: unknown = JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`);

const NONE_OF_OURS: readonly (readonly [signal: string, argument: unknown])[] = [
  // An outcome that does not say when to try again, or not as a number.
  [SIGNAL.handOver, [{ event: EVENT, outcome: { kind: 'failed' } }]],
  [SIGNAL.handOver, [{ event: EVENT, outcome: { ...OUTCOME, retryAfterMs: 'soon' } }]],
  [SIGNAL.handOver, [{ event: EVENT, outcome: { ...OUTCOME, retryAfterMs: 1e300 } }]],
  [SIGNAL.handOver, [{ event: EVENT, outcome: { ...OUTCOME, failedAt: 'late' } }]],
  [SIGNAL.handOver, [{ event: EVENT, outcome: null }]],
  // An event that is too deep to be written, or that cannot be told from others.
  [SIGNAL.redeliver, [{ ...EVENT, data: { deep: DEEP } }]],
  [SIGNAL.redeliver, [{ ...EVENT, seq: undefined }]],
  [SIGNAL.redeliver, 'all of them'],
];

test('what is none of ours changes nothing, and what is delivered goes on', async () => {
  receiver.react(({ attempt }) => (attempt < 2 ? 503 : 200));
  const execution = await startTo(harness, receiver, { nodes: [human('last', ['ada'])] });
  const handle = harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, execution.key));
  const areDelivered = (count: number) => (records: readonly DeliveryRecord[]) =>
    records.length === count && records.every(({ status }) => status === 'delivered');
  await eventually(() => recordsOf(handle), areDelivered(2));
  for (const [signal, argument] of NONE_OF_OURS) await handle.signal(signal, argument);
  await execution.decide('last', 'ada');
  const records = await eventually(() => recordsOf(handle), areDelivered(4));
  expect(records.map(({ seq }) => seq)).not.toContain(EVENT.seq);
  await terminateLeftOpen(handle);
});

test('a dead letter whose reason is no text stops nothing', async () => {
  receiver.react(({ attempt }) => (attempt === 0 ? 503 : 200));
  const execution = await startTo(harness, receiver, { nodes: [human('last', ['ada'])] });
  const handle = harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, execution.key));
  await eventually(
    () => recordsOf(handle),
    (records) => records.length === 2,
  );
  const textless = { ...OUTCOME, retryAfterMs: null, lastError: { toString: 1, valueOf: 1 } };
  await handle.signal(SIGNAL.handOver, [{ event: EVENT, outcome: textless }]);
  const records = await eventually(
    () => recordsOf(handle),
    (all) => all.some(({ seq }) => seq === EVENT.seq) && all.every(({ status }) => status !== 'pending'),
  );
  expect(records.map(({ status }) => status).sort()).toEqual(['dead', 'delivered', 'delivered']);
  expect(records.find(({ seq }) => seq === EVENT.seq)?.lastError).toBeNull();
  await terminateLeftOpen(handle);
});

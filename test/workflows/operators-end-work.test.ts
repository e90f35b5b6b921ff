// What operators make fail in Temporal while it works does not stop an execution.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionIdOf } from '../../src/workflows/contract';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, startHarness } from './harness';

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({ allow: receiver.host });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

test('a batch of first deliveries that is made to fail is asked for again, and every event arrives', async () => {
  let isUp = false;
  receiver.react(() => (isUp ? 200 : new Promise<never>(() => {})));
  const idempotencyKey = randomUUID();
  const sealedSecret = harness.seal('a-secret-of-enough-characters', executionIdOf(idempotencyKey));
  const to = { url: receiver.url, sealedSecret, sealedFor: 'execution', eventTypes: null } as const;
  const execution = await harness.start({ nodes: [human('review', ['ada'])] }, { idempotencyKey, receiver: to });
  const pending = async () => (await execution.handle.describe()).raw.pendingActivities ?? [];
  const [delivery] = await eventually(pending, (all) => all[0]?.activityType?.name === 'deliverEvents');
  isUp = true;
  await harness.client.workflowService.respondActivityTaskFailedById({
    namespace: 'default',
    workflowId: execution.handle.workflowId,
    activityId: delivery!.activityId!,
    failure: { message: 'by an operator', applicationFailureInfo: { nonRetryable: true } },
  });
  expect(await execution.decide('review', 'ada')).toMatchObject({ kind: 'response-recorded' });
  await execution.handle.result();
  const types = new Set(receiver.hooksOf(executionIdOf(idempotencyKey)).map(({ event }) => event.event));
  for (const type of ['execution.dispatched', 'step.awaiting-approval', 'execution.completed']) {
    expect(types).toContain(type);
  }
});

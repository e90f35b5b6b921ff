import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import type { DeliveryRecord } from '../../src/workflows/contract/deliveries';
import { deliveryWorkflowId } from '../../src/workflows/contract/ids';
import { QUERY } from '../../src/workflows/contract/messages';
import { agent } from '../engine/scene';
import { type Harness, startHarness, WORKSPACE } from '../workflows/harness';
import { answer, expectHonest, type Receiver, recovering, SECRET, startScriptedReceiver } from './receiver';

let receiver: Receiver;
let harness: Harness;
let deaths = 0;
beforeAll(async () => {
  receiver = await startScriptedReceiver();
  harness = await startHarness({
    agents: { 'a-agent': async () => ({ done: true }) },
    allow: `127.0.0.1:${receiver.port}`,
    times: { scale: 0.001, answerMs: 10_000 },
    wrap: (activities) => ({
      ...activities,
      async attemptDelivery(attempt) {
        // The last of six attempts falls to a worker that dies: no heartbeat, no answer.
        if (attempt.tries === 5 && Context.current().info.attempt === 1) {
          deaths += 1;
          await Context.current().cancelled;
        }
        return activities.attemptDelivery(attempt);
      },
    }),
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

test('a worker that dies under the sixth attempt uses none up: it is made by another, under the same number', async () => {
  const key = 'worker-death';
  const url = receiver.script('/hook', recovering(5, answer(500)));
  const sealedSecret = harness.seal(SECRET, `exec_${key}`);
  const execution = await harness.start(
    { nodes: [agent('a')] },
    {
      idempotencyKey: key,
      receiver: { url, sealedSecret, sealedFor: 'execution', eventTypes: ['execution.completed'] },
    },
  );
  await execution.handle.result();
  const deliveries = harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, key));
  expect(await deliveries.result()).toEqual({ delivered: 1, dead: 0 });
  const [record] = await deliveries.query<DeliveryRecord[]>(QUERY.deliveryRecords);
  expect(record).toMatchObject({ status: 'delivered', attempts: 6 });
  expect(deaths).toBe(1);
  expect(receiver.at('/hook')).toHaveLength(6);
  expectHonest(receiver.at('/hook'));
});

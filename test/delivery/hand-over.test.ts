// What failed is handed over to the delivery workflow, and Temporal may be away just then.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { human } from '../engine/scene';
import { terminateLeftOpen } from '../support/left-open';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, startHarness, startTo } from '../workflows/harness';

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    allow: receiver.host,
    times: { scale: 0.01, answerMs: 10_000 },
    wrap: (activities) => ({
      ...activities,
      async deliverEvents(batch) {
        const { client, info } = Context.current();
        if (info.attempt > 1) return activities.deliverEvents(batch);
        const { signalWithStart } = client.workflow;
        client.workflow.signalWithStart = () => Promise.reject(new Error('Temporal is away'));
        try {
          return await activities.deliverEvents(batch);
        } finally {
          client.workflow.signalWithStart = signalWithStart;
        }
      },
    }),
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

test('a batch whose hand-over failed is repeated without what had arrived', async () => {
  const isRefused = (type: string) => type === 'step.awaiting-approval';
  receiver.react(({ event, attempt }) => (isRefused(event.event) && attempt === 0 ? 503 : 200));
  const execution = await startTo(harness, receiver, { nodes: [human('review', ['ada'])] });
  await receiver.received(({ event, attempt }) => isRefused(event.event) && attempt === 1);
  const sent = receiver.hooks.map(({ event, attempt }) => `${event.event} ${attempt}`);
  expect(sent).toEqual([
    'execution.dispatched 0',
    'step.awaiting-approval 0',
    'step.awaiting-approval 0',
    'step.awaiting-approval 1',
  ]);
  await terminateLeftOpen(execution.handle);
});

// Reads while an execution works: a query that comes with a workflow task ends it while its local activities still run
// (docs/decisions/0134-tasks-that-queries-cut.md).
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { agent, edge, type Shape } from '../engine/scene';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, type Started, startHarness, startTo } from './harness';

/** Each layer has twice as many steps as the one before it: 2, 4, ... 32. */
const LAYERS = 5;
const STEPS = 2 ** (LAYERS + 1) - 1;
/** At one time; more of them find each workflow task with a query. */
const READERS = 4;
/** As the API asks: Temporal lets a query wait that came with a workflow task that failed. */
const READ_MS_MAX = 3_500;

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({ agents: { quick: async () => ({ done: true }) }, allow: receiver.host });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

// With a receiver its events wait for the quick agents of each task.
test.each([
  ['', () => harness.start(LAYERED)],
  [' with a receiver', () => startTo(harness, receiver, LAYERED)],
])(
  'an execution%s whose quick agents work side by side goes on and replays, however often it is read meanwhile',
  async (_, start) => {
    for (let run = 0; run < 3; run++) {
      const execution = await start();
      await readUntilEnded(execution);
      expect((await execution.view()).steps).toHaveLength(STEPS);
      const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
      await Worker.runReplayHistory({ workflowBundle }, await execution.handle.fetchHistory());
    }
  },
  60_000,
);

const NAMES = ['left', 'right'];
const layer = (index: number) => NAMES.map((name) => `${name}-${index}`);
const indexes = Array.from({ length: LAYERS }, (_, index) => index);
const LAYERED: Shape = {
  nodes: [agent('root', { agentId: 'quick' }), ...indexes.flatMap(layer).map((id) => agent(id, { agentId: 'quick' }))],
  edges: [
    ...layer(0).map((to) => edge('root', to)),
    ...indexes
      .slice(1)
      .flatMap((index) => layer(index - 1).flatMap((from) => layer(index).map((to) => edge(from, to)))),
  ],
};

async function readUntilEnded({ handle, view }: Started): Promise<void> {
  let hasEnded = false;
  const readers = Array.from({ length: READERS }, async () => {
    while (!hasEnded) await harness.client.withDeadline(Date.now() + READ_MS_MAX, view).catch(() => null);
  });
  try {
    await handle.result();
  } finally {
    hasEnded = true;
    await Promise.all(readers);
  }
}

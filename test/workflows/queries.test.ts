// Reads while an execution works: a query that comes with a workflow task ends it while its local activities still run
// (docs/decisions/0134-tasks-that-queries-cut.md).
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { FinalAgentError } from '../../src/activities/agents/agent';
import { createTurns } from '../../src/temporal/turns';
import { type ReviewerDecision, UPDATE } from '../../src/workflows/contract/messages';
import { agent, edge, human, type Shape } from '../engine/scene';
import { terminateLeftOpen } from '../support/left-open';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, type Started, startHarness, startTo } from './harness';

/** Each layer has twice as many steps as the one before it: 2, 4, ... 32. */
const LAYERS = 5;
const STEPS = 2 ** (LAYERS + 1) - 1;
/** At one time; more of them find each workflow task with a query. */
const READERS = 4;
/** As the API asks: Temporal lets a query wait that came with a workflow task that failed. */
const READ_MS_MAX = 3_500;
/** Longer than it takes until a task that a query cut is followed by the next one. */
const BRIEF_MS = 30;
const turns = createTurns();

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    agents: {
      quick: async () => ({ done: true }),
      async brief() {
        await new Promise((resolve) => setTimeout(resolve, BRIEF_MS));
        return { done: true };
      },
      ordinary: async () => ({ done: true }),
      async fails() {
        await new Promise((resolve) => setTimeout(resolve, BRIEF_MS));
        throw new FinalAgentError('it cannot be done');
      },
    },
    allow: receiver.host,
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

/** Not each time is a task cut where it matters. */
const TIMES = ['first', 'second', 'third'];

// With a receiver its events wait for the quick agents of each task.
describe.each([
  ['without a receiver', (shape: Shape) => harness.start(shape)],
  ['with a receiver', (shape: Shape) => startTo(harness, receiver, shape)],
])('an execution %s whose quick agents work side by side', (_with, start) => {
  test.each(TIMES)('goes on and replays, however often it is read meanwhile, the %s time', async () => {
    const execution = await start(LAYERED);
    await readUntilEnded(execution);
    expect((await execution.view()).steps).toHaveLength(STEPS);
    await expectToReplay(execution);
  });

  test.each(TIMES)('so it does when people decide, while agents of an earlier task work, the %s time', async () => {
    const execution = await start(BESIDE_REVIEWS);
    const { steps } = await execution.viewWhen((seen) => seen.steps.length >= REVIEWS + CHAINS);
    const ended = readUntilEnded(execution);
    for (const { stepId } of steps.filter(({ nodeType }) => nodeType === 'human')) {
      const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
      const send = (updateId: string) =>
        execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision], updateId });
      // As the API sends it: again, where a reader cut the task that it came with.
      await turns.take(stepId, 0, send);
      // Of one that is refused a replay knows nothing.
      await expect(turns.take(stepId, 0, send)).rejects.toThrow();
    }
    await ended;
    await expectToReplay(execution);
  });
});

test('an execution replays that is read as it begins, while the quick agent that it begins with has a deadline', async () => {
  for (let run = 0; run < BEGINNINGS; run++) {
    const execution = await harness.start(AGENT_WITH_DEADLINE);
    await execution.view();
    await execution.viewWhen(({ steps }) => steps[0]?.status === 'completed');
    await expectToReplay(execution);
    await terminateLeftOpen(execution.handle);
  }
});

test('an execution replays that is read as it begins, and fails with a quick agent beside which another one was asked for', async () => {
  const executions = Array.from({ length: BEGINNINGS }, async () => {
    const execution = await harness.start(FAILING, { quickAgents: ['fails'] });
    await expect(readUntilEnded(execution)).rejects.toThrow();
    await expectToReplay(execution);
  });
  await Promise.all(executions);
}, 60_000);

async function expectToReplay({ handle }: Started): Promise<void> {
  const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory());
}

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

const REVIEWS = 30;
const CHAINS = 4;
const CHAIN_STEPS = 15;
const chain = (index: number) => Array.from({ length: CHAIN_STEPS }, (_, step) => `agent-${index}-${step}`);
const chains = Array.from({ length: CHAINS }, (_, index) => chain(index));
const BESIDE_REVIEWS: Shape = {
  nodes: [
    ...chains.flat().map((id) => agent(id, { agentId: 'brief' })),
    ...Array.from({ length: REVIEWS }, (_, index) => human(`review-${index}`, ['ada'])),
  ],
  edges: chains.flatMap((ids) => ids.slice(1).map((id, index) => edge(ids[index] as string, id))),
};

/** Of so many nearly always some are cut where it matters: in one of three the agent ends while the query is answered. */
const BEGINNINGS = 15;
/** What is shown of it takes as long as the agent does. */
const AGENT_WITH_DEADLINE: Shape = {
  nodes: [
    agent('draft', { agentId: 'quick' }, { slaMs: 60_000 }),
    ...Array.from({ length: 65 }, (_, index) =>
      human(`review-${index}`, ['ada'], { config: { reviewerIds: ['ada'], commentBody: 'x'.repeat(7_000) } }),
    ),
  ],
};

const FAILING: Shape = { nodes: [agent('beside', { agentId: 'ordinary' }), agent('fails', { agentId: 'fails' })] };

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

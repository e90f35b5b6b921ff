// A quick agent is under way when a reader cuts its workflow task, and its worker dies: what the next worker is handed together comes apart
// on replay (docs/decisions/0145-what-was-cut-and-lost.md).

import { afterEach, beforeEach, test } from '@jest/globals';
import { CompleteAsyncError } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { type ReviewerDecision, SIGNAL } from '../../src/workflows/contract/messages';
import { agent, edge } from '../engine/scene';
import { eventually } from '../support/eventually';
import { cancelledMeanwhile, cutAndLost } from './cut-task';
import { type Harness, type Started, startHarness } from './harness';

const DRAFT = agent('draft', { agentId: 'quick' });

let harness: Harness;
let stopSecond = async () => {};
beforeEach(async () => {
  harness = await startHarness({
    agents: { quick: async () => ({}), held: async () => ({}) },
    wrap: (activities) => ({
      ...activities,
      async runAgent(task) {
        if (task.request.agentId === 'held') throw new CompleteAsyncError();
        return activities.runAgent(task);
      },
    }),
  });
});
afterEach(async () => {
  await stopSecond();
  await harness.close();
});

async function replays({ handle }: Started): Promise<void> {
  const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
  await Worker.runReplayHistory({ workflowBundle }, await handle.fetchHistory());
}

test('an execution that is cancelled before another worker takes it up replays', async () => {
  await harness.stopWorker();
  const execution = await harness.start({ nodes: [DRAFT] });
  await cutAndLost(harness, execution);
  stopSecond = await cancelledMeanwhile(harness, execution);
  await replays(execution);
}, 60_000);

test('so does one that lost two tasks', async () => {
  await harness.stopWorker();
  const execution = await harness.start({ nodes: [DRAFT] });
  await cutAndLost(harness, execution);
  await cutAndLost(harness, execution);
  stopSecond = await cancelledMeanwhile(harness, execution);
  await replays(execution);
}, 60_000);

test('so does one in which the agent was asked for after a task that asked for nothing', async () => {
  const nodes = [agent('research', { agentId: 'held' }), DRAFT];
  const execution = await harness.start({ nodes, edges: [edge('research', 'draft')] }, { quickAgents: ['quick'] });
  const { handle } = execution;
  const { workflowId } = handle;
  const seen = async () => (await handle.describe()).raw;
  const { pendingActivities } = await eventually(seen, ({ pendingActivities: all }) => all?.length === 1);
  const changesNothing: ReviewerDecision = { stepId: 'none', reviewerId: 'ada', decision: 'approve' };
  await handle.signal(SIGNAL.reviewerDecision, changesNothing);
  await eventually(execution.eventTypes, (types) => types.at(-1) === 'workflowTaskCompleted' && types.length > 8);
  await harness.stopWorker();
  const activityId = pendingActivities?.[0]?.activityId as string;
  await harness.client.activity.complete({ workflowId, activityId }, { result: {}, endedAt: Date.now() });
  await cutAndLost(harness, execution);
  stopSecond = await cancelledMeanwhile(harness, execution);
  await replays(execution);
}, 60_000);

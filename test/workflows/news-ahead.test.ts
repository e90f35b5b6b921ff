// A query that comes to a worker which does not hold the execution brings newer events along, ahead of their workflow task
// (docs/decisions/0129-news-ahead-of-its-task.md).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CompleteAsyncError } from '@temporalio/activity';
import { msToTs } from '@temporalio/common/lib/time';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { ExecutionView, StepView } from '../../src/engine/view';
import { type ReviewerDecision, SIGNAL } from '../../src/workflows/contract/messages';
import { agent, edge, human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, type Started, startHarness } from './harness';

const { TASK_QUEUE_KIND_STICKY } = temporal.api.enums.v1.TaskQueueKind;
/** So long a query, and a workflow task, waits for a worker that is gone before another one is asked. */
const STICKY_MS = 3_000;
/** What comes so much later than a query is known to the worker that answers it, and its task is not given to that for so long. */
const LATER_MS = 2_000;

let harness: Harness;
let stopWorker = async () => {};
beforeAll(async () => {
  harness = await startHarness({
    agents: { held: () => ({}) },
    wrap: (activities) => ({
      ...activities,
      async runAgent(task) {
        if (task.request.agentId === 'held') throw new CompleteAsyncError();
        return activities.runAgent(task);
      },
    }),
  });
});
afterAll(async () => {
  await stopWorker();
  await harness.close();
});

/**
 * Its reviewer approves by signal, which a query brings to a worker ahead of the workflow task that has it. The task before brought something, or
 * was one that brought nothing, of whose time a replay tells nothing.
 */
async function approvedAheadOfItsTask(isEmptyBefore: boolean): Promise<{ execution: Started; seen: ExecutionView }> {
  const nodes = [
    human('review', ['ada']),
    agent('draft', { agentId: 'held' }),
    agent('after-review', { agentId: 'held' }),
    agent('after-draft', { agentId: 'held' }),
  ];
  const edges = [edge('review', 'after-review'), edge('draft', 'after-draft')];
  const execution = await harness.start({ nodes, edges }, { quickAgents: [] });
  const { stepId } = await execution.waiting('review');
  await stopWorker();
  await harness.stopWorker();
  await heldByAWorkerThatIsGone(execution, isEmptyBefore);
  const view = execution.view();
  await sleep(LATER_MS);
  const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
  await execution.handle.signal(SIGNAL.reviewerDecision, decision);
  stopWorker = await harness.addWorker();
  const seen = await view;
  expect(seen.steps.map(({ nodeId }) => nodeId)).toEqual(['review', 'draft', 'after-review']);
  return { execution, seen };
}

async function complete({ handle: { workflowId } }: Started, step: StepView | undefined): Promise<void> {
  const activityId = step?.stepId as string;
  await harness.client.activity.complete({ workflowId, activityId }, { result: {}, endedAt: Date.now() });
}

describe.each([
  ['', false],
  [', behind one that brought nothing', true],
])('an execution of which a query brought news ahead of its workflow task%s', (_where, isEmptyBefore) => {
  test('replays when that task brings more', async () => {
    const { execution, seen } = await approvedAheadOfItsTask(isEmptyBefore);
    await complete(execution, seen.steps[1]);
    const { steps } = await execution.viewWhen((view) => view.steps.length === 4);
    for (const step of steps.slice(2)) await complete(execution, step);
    await execution.handle.result();
    const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
    await Worker.runReplayHistory({ workflowBundle }, await execution.handle.fetchHistory());
  }, 60_000);

  test('shows the same times to all who read it', async () => {
    const { execution, seen } = await approvedAheadOfItsTask(isEmptyBefore);
    const isAskedFor = ({ pendingActivities }: Described) => pendingActivities?.length === 2;
    await eventually(async () => (await execution.handle.describe()).raw, isAskedFor);
    await stopWorker();
    stopWorker = await harness.addWorker();
    expect(await execution.view()).toEqual(seen);
    await terminateLeftOpen(execution.handle);
  }, 60_000);
});

test('an execution that was terminated in Temporal is shown, also where a decision had come that no worker had seen', async () => {
  const execution = await harness.start({ nodes: [human('review', ['ada'])] }, {});
  const { stepId } = await execution.waiting('review');
  await stopWorker();
  await harness.stopWorker();
  const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
  await execution.handle.signal(SIGNAL.reviewerDecision, decision);
  await execution.handle.terminate('by an operator');
  stopWorker = await harness.addWorker();
  expect((await execution.view()).steps).toHaveLength(1);
}, 60_000);

type Described = Awaited<ReturnType<Started['handle']['describe']>>['raw'];

/** With a signal that changes nothing it takes up one workflow task, and another one then, which ask for nothing, and is not heard of any more. */
async function heldByAWorkerThatIsGone({ handle }: Started, isEmptyLast: boolean): Promise<void> {
  const { workflowService: service } = harness.client;
  const of = { namespace: 'default', identity: 'gone' };
  const own = { name: `gone-${randomUUID()}`, kind: TASK_QUEUE_KIND_STICKY, normalName: harness.taskQueue };
  const completed = async (rest: object) => {
    const { taskToken } = await service.pollWorkflowTaskQueue({ ...of, taskQueue: { name: harness.taskQueue } });
    await service.respondWorkflowTaskCompleted({ ...of, taskToken, ...rest });
  };
  await handle.signal(SIGNAL.reviewerDecision, {});
  if (isEmptyLast) await completed({ forceCreateNewWorkflowTask: true });
  await completed({ stickyAttributes: { workerTaskQueue: own, scheduleToStartTimeout: msToTs(STICKY_MS) } });
  const polling = service.pollWorkflowTaskQueue({ ...of, taskQueue: own });
  await Promise.race([polling.catch(() => undefined), sleep(100)]);
}

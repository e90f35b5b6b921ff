// What comes while an execution waits to continue as new: nothing of it is lost, and nothing is done twice.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CompleteAsyncError } from '@temporalio/activity';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import { createMailer } from '../../src/activities/mail';
import { readInput } from '../../src/temporal/first-event';
import { readArgs, type Sent } from '../../src/workflows/contract/arguments';
import type { DeliveryBatch } from '../../src/workflows/contract/deliveries';
import type { ExecutionArgs, ExecutionContext, Receiver } from '../../src/workflows/contract/execution';
import { executionIdOf } from '../../src/workflows/contract/ids';
import {
  type EventsRequest,
  QUERY,
  type ReviewerDecision,
  SIGNAL,
  UPDATE,
} from '../../src/workflows/contract/messages';
import { WORKFLOW } from '../../src/workflows/contract/names';
import { agent, edge, human } from '../engine/scene';
import { admitted } from '../support/admitted';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { randomText } from '../support/random-text';
import { type MailServer, startMailServer } from '../support/smtp';
import { type Harness, lengthen, type Started, startHarness } from './harness';

const { EventType } = temporal.api.enums.v1;
/** At which Temporal suggests to continue as new (test/support/global-setup.ts). */
const HISTORY_EVENTS_MAX = 300;
const REVIEWS = 10;
const RECEIVER: Receiver = {
  url: 'https://hooks.acme.com',
  sealedSecret: '',
  sealedFor: 'execution',
  eventTypes: null,
};

/** As the context of an execution was that does not have the flag. */
const BEFORE_WHOLE = { renewsWhole: undefined } as unknown as Partial<ExecutionContext>;

/** More than come due while an execution grows long, also on a machine that has much else to do. */
const OFTEN_REMINDING = {
  reviewerIds: ['bob'],
  remindEveryMs: 1_000,
  maxReminders: 100,
  reminderRecipients: ['bob@acme.com'],
};

/** Batches of deliveries stay under way while it is so: an execution waits for them before it continues as new. */
let isHeld = false;
/** Takes over from the harness' own. */
let stopWorker = async () => {};
let mail: MailServer;
let harness: Harness;
const calls: string[] = [];
const sent: { readonly executionId: string; readonly type: string }[] = [];
let release: () => void = () => {};
const released = new Promise<void>((resolve) => {
  release = resolve;
});
beforeAll(async () => {
  mail = await startMailServer();
  harness = await startHarness({
    agents: {
      next: () => ({}),
      noisy: () => ({ text: randomText(250_000) }),
      after: async ({ executionId }) => {
        calls.push(executionId);
        await released;
        return {};
      },
    },
    mailer: createMailer({ smtpUrl: mail.url, from: 'Countersign <approvals@acme.com>' }),
    wrap: (activities) => ({
      ...activities,
      async runAgent(task) {
        if (task.request.agentId === 'held') throw new CompleteAsyncError();
        return activities.runAgent(task);
      },
      async deliverEvents(batch) {
        if (isHeld) throw new CompleteAsyncError();
        sent.push(...batch.events.map(({ type }) => ({ executionId: batch.executionId, type })));
        return reportOf(batch);
      },
    }),
  });
});
beforeEach(() => {
  isHeld = true;
});
afterAll(async () => {
  await stopWorker();
  await harness.close();
  await mail.close();
});

const reportOf = ({ events }: DeliveryBatch) => ({
  delivered: events.map(({ seq }) => [seq, Date.now()] as const),
  handedOver: [],
});
/** Of the run that is open now. */
const latest = ({ handle }: Started) => harness.client.workflow.getHandle(handle.workflowId);
const pendingOf = async (execution: Started) => (await latest(execution).describe()).raw.pendingActivities ?? [];

/** Ends the batches that are under way; later ones end by themselves. */
async function endDeliveries(execution: Started): Promise<void> {
  isHeld = false;
  const { workflowId } = execution.handle;
  for (const { activityId, activityType } of await pendingOf(execution)) {
    if (activityType?.name !== 'deliverEvents') continue;
    const activity = { workflowId, activityId: activityId as string };
    await harness.client.activity.complete(activity, { delivered: [], handedOver: [] });
  }
}

/** Has so long a history, with its decisions, that the execution wants to continue as new, and waits for its deliveries. */
async function long(
  last: ReturnType<typeof human>,
  context: Partial<ExecutionContext> = {},
  after: readonly ReturnType<typeof human | typeof agent>[] = [],
): Promise<Started> {
  const reviews = Array.from({ length: REVIEWS }, (_, index) => human(`review-${index}`, ['ada']));
  const execution = await harness.start(
    { nodes: [...reviews, last, ...after], edges: after.map(({ nodeId }) => edge(last.nodeId, nodeId)) },
    { receiver: RECEIVER, ...context },
  );
  const { steps } = await execution.viewWhen((view) => view.steps.length === REVIEWS + 1);
  await lengthen(harness, execution.handle.workflowId, HISTORY_EVENTS_MAX);
  for (const { stepId, nodeId } of steps) {
    if (nodeId === last.nodeId) continue;
    const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
    await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
  }
  const { historyLength } = await latest(execution).describe();
  expect(historyLength).toBeGreaterThan(HISTORY_EVENTS_MAX);
  return execution;
}

async function isRenewed(execution: Started): Promise<boolean> {
  const { runId, raw } = await latest(execution).describe();
  return runId !== raw.workflowExecutionInfo?.firstRunId;
}

async function reminders(execution: Started): Promise<number> {
  const request: EventsRequest = { sinceSeq: 0, pageSize: 500 };
  const page = latest(execution).query<{ events: { type: string }[] }, [EventsRequest]>(QUERY.events, request);
  return (await page).events.filter(({ type }) => type === 'step.reminder').length;
}

describe('while an execution waits to continue as new', () => {
  test('a reminder that comes due has its mail, once', async () => {
    const execution = await long(human('last', [], { config: OFTEN_REMINDING }));
    const before = await reminders(execution);
    const due = await eventually(
      () => reminders(execution),
      (count) => count >= before + 2,
    );
    expect(await isRenewed(execution)).toBe(false);
    await endDeliveries(execution);
    await eventually(() => isRenewed(execution), Boolean);
    const { stepId } = await execution.waiting('last');
    for (let n = 1; n <= due; n++) {
      const isMeant = ({ raw }: { raw: string }) => raw.includes(stepId) && raw.includes(`Subject: Reminder ${n}:`);
      await mail.received(isMeant);
      expect(mail.mails.filter(isMeant)).toHaveLength(1);
    }
    await terminateLeftOpen(latest(execution));
  });

  test('no mail is handed on by one that was dispatched before: an earlier worker may take up what follows', async () => {
    const execution = await long(human('last', [], { config: OFTEN_REMINDING }), BEFORE_WHOLE);
    const before = await reminders(execution);
    await eventually(
      () => reminders(execution),
      (count) => count >= before + 2,
    );
    await endDeliveries(execution);
    await eventually(() => isRenewed(execution), Boolean);
    const { workflowId } = execution.handle;
    const [, , carried] = readArgs((await readInput(harness.client, { workflowId })) as Sent<ExecutionArgs>);
    expect(carried).toMatchObject({ run: expect.anything() });
    expect(carried).not.toHaveProperty('reminders');
    await terminateLeftOpen(latest(execution));
  });

  test('a decision by signal counts that comes together with what was waited for', async () => {
    const execution = await long(human('last', ['bob']));
    const { stepId } = await execution.waiting('last');
    await harness.stopWorker();
    const decision: ReviewerDecision = { stepId, reviewerId: 'bob', decision: 'approve' };
    await latest(execution).signal(SIGNAL.reviewerDecision, decision);
    await endDeliveries(execution);
    stopWorker = await harness.addWorker();
    await eventually(() => isRenewed(execution), Boolean);
    expect((await execution.view()).steps.at(-1)).toMatchObject({ nodeId: 'last', status: 'completed' });
  });

  test('a deadline that passes with what was waited for goes into the new run: who reads in between sees no step breach twice', async () => {
    const execution = await long(human('last', ['bob']), {}, [human('late', ['cid'], { slaMs: 2_000 })]);
    const { stepId } = await execution.waiting('last');
    const decision: ReviewerDecision = { stepId, reviewerId: 'bob', decision: 'approve' };
    await latest(execution).executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
    await stopWorker();
    await harness.stopWorker();
    await endDeliveries(execution);
    await eventually(execution.eventTypes, (types) => types.includes('timerFired'));
    stopWorker = await harness.addWorker();
    await eventually(() => isRenewed(execution), Boolean);
    const { workflowId } = execution.handle;
    const [, , carried] = readArgs((await readInput(harness.client, { workflowId })) as Sent<ExecutionArgs>);
    expect(carried).toMatchObject({ run: { head: { status: 'failed' } } });
    await expect(latest(execution).result()).rejects.toThrow('Workflow execution failed');
  });
});

test('whether an execution goes on in a new run does not depend on a refused update, of which its history has nothing', async () => {
  isHeld = false;
  const reviews = Array.from({ length: REVIEWS }, (_, index) => human(`review-${index}`, ['ada']));
  const nodes = [...reviews, human('last', ['bob']), agent('held', { agentId: 'held' })];
  const execution = await harness.start({ nodes }, { receiver: RECEIVER, quickAgents: [] });
  const { steps } = await execution.viewWhen((view) => view.steps.length === REVIEWS + 2);
  await lengthen(harness, execution.handle.workflowId, HISTORY_EVENTS_MAX);
  for (const { stepId } of steps.slice(0, REVIEWS)) {
    const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
    await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
  }
  await stopWorker();
  await harness.stopWorker();
  isHeld = true;
  const { workflowId } = execution.handle;
  const activityId = steps.at(-1)?.stepId as string;
  await harness.client.activity.complete({ workflowId, activityId }, { result: {}, endedAt: Date.now() });
  const decision: ReviewerDecision = { stepId: 'step_of_nobody', reviewerId: 'bob', decision: 'approve' };
  const refused = expect(
    execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision], updateId: 'refused' }),
  ).rejects.toThrow();
  await admitted(harness.client, workflowId, 'refused');
  stopWorker = await harness.addWorker();
  await refused;
  const firstRun = harness.client.workflow.getHandle(
    workflowId,
    (await latest(execution).describe()).raw.workflowExecutionInfo?.firstRunId as string,
  );
  const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
  await Worker.runReplayHistory({ workflowBundle }, await firstRun.fetchHistory());
  await terminateLeftOpen(latest(execution));
});

test('what comes while an execution waits to go on in a new run replays apart from what made it wait', async () => {
  isHeld = false;
  const reviews = Array.from({ length: REVIEWS }, (_, index) => human(`review-${index}`, ['ada']));
  const nodes = [
    ...reviews,
    human('last', ['bob']),
    agent('held', { agentId: 'held' }),
    agent('next', { agentId: 'next' }),
  ];
  const execution = await harness.start(
    { nodes, edges: [edge('last', 'next')] },
    { receiver: RECEIVER, quickAgents: [] },
  );
  const { steps } = await execution.viewWhen((view) => view.steps.length === REVIEWS + 2);
  await lengthen(harness, execution.handle.workflowId, HISTORY_EVENTS_MAX);
  for (const { stepId } of steps.slice(0, REVIEWS)) {
    isHeld = stepId === steps[REVIEWS - 1]?.stepId;
    const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
    await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
  }
  const { workflowId } = execution.handle;
  const activityId = steps.at(-1)?.stepId as string;
  await harness.client.activity.complete({ workflowId, activityId }, { result: {}, endedAt: Date.now() });
  await execution.viewWhen((view) => view.steps.at(-1)?.status === 'completed');
  await execution.decide('last', 'bob');
  await endDeliveries(execution);
  await eventually(() => isRenewed(execution), Boolean);
  const { raw } = await latest(execution).describe();
  const firstRun = harness.client.workflow.getHandle(workflowId, raw.workflowExecutionInfo?.firstRunId as string);
  const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
  await Worker.runReplayHistory({ workflowBundle }, await firstRun.fetchHistory());
  await latest(execution).result();
});

test('what a deadline ends just when a new run is due is sent before the execution closes', async () => {
  isHeld = false;
  const held = Array.from({ length: 5 }, (_, index) => agent(`held-${index}`, { agentId: 'held' }));
  const nodes = [human('gate', ['ada']), human('late', ['bob'], { slaMs: 8_000 }), ...held];
  const context = { receiver: RECEIVER, quickAgents: [] };
  const execution = await harness.start({ nodes, edges: [edge('gate', 'late')] }, context);
  const { workflowId } = execution.handle;
  const { steps } = await execution.viewWhen((view) => view.steps.length === held.length + 1);
  await lengthen(harness, workflowId, HISTORY_EVENTS_MAX - 40);
  // A task of its own each, so that none of these is long enough yet, nor the decision's.
  const length = async () => (await latest(execution).describe()).historyLength;
  for (let now = await length(); now < HISTORY_EVENTS_MAX - 20; now = await length()) {
    await execution.handle.signal('nobodys');
    await eventually(length, (next) => next >= now + 4);
  }
  await execution.decide('gate', 'ada');
  await execution.waiting('late');
  await stopWorker();
  await harness.stopWorker();
  for (const { stepId } of steps.filter(({ nodeId }) => nodeId.startsWith('held'))) {
    await harness.client.activity.complete({ workflowId, activityId: stepId }, { result: {}, endedAt: Date.now() });
  }
  await eventually(execution.eventTypes, (types) => types.includes('timerFired'));
  expect(await isRenewed(execution)).toBe(false);
  stopWorker = await harness.addWorker();
  await expect(latest(execution).result()).rejects.toThrow();
  expect(
    sent.filter(({ executionId }) => executionId === executionIdOf(execution.key)).map(({ type }) => type),
  ).toContain('execution.failed');
}, 60_000);

describe('a run that continues another one', () => {
  test('begins with a task that asks for something: what comes next would else be replayed together with it', async () => {
    const reviews = Array.from({ length: REVIEWS }, (_, index) => human(`review-${index}`, ['ada']));
    const nodes = [...reviews, human('last', ['bob']), agent('next', { agentId: 'next' })];
    const execution = await harness.start({ nodes, edges: [edge('last', 'next')] }, { quickAgents: [] });
    const { steps } = await execution.viewWhen((view) => view.steps.length === REVIEWS + 1);
    const decide = async (stepId: string, reviewerId: string) => {
      const decision: ReviewerDecision = { stepId, reviewerId, decision: 'approve' };
      await latest(execution).executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
    };
    await lengthen(harness, execution.handle.workflowId, HISTORY_EVENTS_MAX - 20);
    for (const { stepId } of steps.slice(0, -1)) {
      if (await isRenewed(execution)) break;
      await decide(stepId, 'ada');
    }
    await eventually(() => isRenewed(execution), Boolean);
    const { stepId } = await execution.waiting('last');
    await decide(stepId, 'bob');
    const history = await latest(execution).fetchHistory();
    const types = (history.events ?? []).map(({ eventType }) => eventType);
    // The last decision above may have come with that task, and is noted before its labels then.
    expect([
      EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
      EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    ]).toContain(types[types.indexOf(EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) + 1]);
    const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
    await Worker.runReplayHistory({ workflowBundle }, history);
    await terminateLeftOpen(latest(execution));
  });

  test('asks once for what a decision brings that comes with its first task', async () => {
    const execution = await long(human('last', ['bob']), { quickAgents: [] }, [agent('next', { agentId: 'next' })]);
    await endDeliveries(execution);
    await eventually(() => isRenewed(execution), Boolean);
    const { stepId } = await execution.waiting('last');
    const { workflowId } = execution.handle;
    const args = await readInput(harness.client, { workflowId });
    await latest(execution).terminate('another one begins as it did');
    await stopWorker();
    await harness.stopWorker();
    const again = await harness.client.workflow.start(WORKFLOW.execution, {
      workflowId,
      taskQueue: harness.taskQueue,
      args: args as unknown[],
    });
    const decision: ReviewerDecision = { stepId, reviewerId: 'bob', decision: 'approve' };
    await again.signal(SIGNAL.reviewerDecision, decision);
    stopWorker = await harness.addWorker();
    const types = async () => ((await again.fetchHistory()).events ?? []).map(({ eventType }) => eventType);
    await eventually(
      () => execution.view(),
      ({ steps }) => steps.at(-1)?.nodeId === 'next',
    );
    expect(await types()).not.toContain(EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED);
    await terminateLeftOpen(again);
  });
});

test('an agent that became due while no new run could follow is called once', async () => {
  const more = Array.from({ length: 50 }, (_, index) =>
    human(`later-${index}`, ['ada'], { config: { reviewerIds: ['ada'], commentBody: randomText(8_000, index) } }),
  );
  const noisy = Array.from({ length: 5 }, (_, index) => agent(`noisy-${index}`, { agentId: 'noisy' }));
  const execution = await harness.start(
    {
      nodes: [
        human('first', ['ada']),
        human('second', ['ada']),
        agent('after', { agentId: 'after' }),
        ...noisy,
        ...more,
      ],
      edges: [edge('first', 'after'), ...more.map(({ nodeId }) => edge('second', nodeId, { on: 'reject' }))],
    },
    { triggerContext: { text: randomText(1_000_000) }, quickAgents: [], receiver: RECEIVER },
  );
  const count = async (type: string) => (await execution.eventTypes()).filter((it) => it === type).length;
  await eventually(
    () => count('activityTaskCompleted'),
    (ended) => ended === noisy.length,
  );
  expect(await execution.decide('first', 'ada')).toMatchObject({ kind: 'response-recorded' });
  await endDeliveries(execution);
  await eventually(
    async () => calls.length,
    (made) => made > 0,
  );
  // A second call would not fit into the same workflow task, and wait for another by a timer; the one that marks the wait is never taken back.
  await eventually(
    async () => (await count('timerStarted')) - (await count('timerFired')) - (await count('timerCanceled')),
    (open) => open === 1,
  );
  expect(await execution.decide('second', 'ada')).toMatchObject({ kind: 'response-recorded' });
  expect(await isRenewed(execution)).toBe(false);
  release();
  expect(calls).toEqual([executionIdOf(execution.key)]);
  await terminateLeftOpen(execution.handle);
});

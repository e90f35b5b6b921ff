// What operators make fail or complete in Temporal while it works does not stop an execution. Each test has executions of its own, and
// many wait ten seconds until an execution asks again: they run side by side.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import type { WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { Worker } from '@temporalio/worker';
import type { AgentCall } from '../../src/activities/agents/agent';
import { createDeliveryGateway } from '../../src/api/executions/deliveries';
import type { ExecutionGateway } from '../../src/api/executions/gateway';
import type { JsonObject } from '../../src/definition/json';
import type { ExecutionEvent } from '../../src/engine/event';
import { deliveryRecords } from '../../src/temporal/delivery-workflow';
import { isMissing } from '../../src/temporal/grpc';
import type { DeliveryRecord } from '../../src/workflows/contract/deliveries';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { deliveryWorkflowId, executionIdOf } from '../../src/workflows/contract/ids';
import { QUERY, SIGNAL, UPDATE } from '../../src/workflows/contract/messages';
import { WORKFLOW } from '../../src/workflows/contract/names';
import { agent, human, type Shape, webhook } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Hook, type Reaction, type Receiver, type Script, startReceiver } from '../support/receiver';
import { resetToFirstTask } from '../support/reset';
import { type Harness, type Started, startHarness, startTo, WORKSPACE } from './harness';

let receiver: Receiver;
let harness: Harness;
/** Ids of executions whose looks hang, and of workflows whose asking to close as Canceled does. */
const looksHang = new Set<string>();
const closesHang = new Set<string>();
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    allow: receiver.host,
    agents: { hangs: forEver, 'hangs-at-first': hangsAtFirst },
    mailer: { send: forEver },
    wrap: (activities) => ({
      ...activities,
      callWebhook: forEver,
      syncSchedules: forEver,
      dispatchScheduled: forEver,
      requestCancellation: () =>
        closesHang.has(workflowIdOfActivity()) ? forEver() : activities.requestCancellation(),
      lookAtExecution: (look) => (looksHang.has(look.executionId) ? forEver() : activities.lookAtExecution(look)),
    }),
  });
});
afterAll(async () => {
  endOfTests.abort();
  await receiver.close();
  await harness.close();
});

/** Ends what hangs, for which the worker's end would wait. */
const endOfTests = new AbortController();
const forEver = () =>
  new Promise<never>((_resolve, reject) => {
    endOfTests.signal.addEventListener('abort', () => reject(new Error('the tests are over')));
  });
const workflowIdOfActivity = () => Context.current().info.workflowExecution?.workflowId ?? '';
/** The attempts that `hangs-at-first` was told, by execution. */
const calls = new Map<string, number[]>();
const callsOf = (executionId: string): number[] => {
  if (!calls.has(executionId)) calls.set(executionId, []);
  return calls.get(executionId)!;
};
const hangsAtFirst = async ({ executionId, attempt }: AgentCall): Promise<JsonObject> =>
  callsOf(executionId).push(attempt) === 1 ? forEver() : { done: true };

/** One whose events are answered like this. */
function delivering(reaction: Script, { looksHang: isHanging = false } = {}): Promise<Started> {
  const idempotencyKey = randomUUID();
  const executionId = executionIdOf(idempotencyKey);
  receiver.reactTo(executionId, reaction);
  if (isHanging) looksHang.add(executionId);
  return startTo(harness, receiver, { nodes: [human('review', ['ada'])] }, { idempotencyKey });
}

const notAtFirst: Script = ({ attempt }) => (attempt === 0 ? 503 : 200);
const hooksOf = ({ key }: Started) => receiver.hooksOf(executionIdOf(key));
const UPDATES = temporal.api.enums.v1.ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE;
const {
  EVENT_TYPE_WORKFLOW_TASK_COMPLETED: TASK_COMPLETED,
  EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED: CANCEL_REQUESTED,
} = temporal.api.enums.v1.EventType;
const deliveryOf = ({ key }: Started) => harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, key));

/** What its delivery workflow knows; nothing before there is one. */
const recordsOf = (execution: Started): Promise<readonly DeliveryRecord[]> =>
  deliveryOf(execution)
    .query<readonly DeliveryRecord[]>(QUERY.deliveryRecords)
    .catch(() => []);

const MAIL = {
  nodeId: 'a',
  type: 'notification',
  config: { channel: 'email', recipients: ['ada@acme.com'], bodyTemplate: 'Hello' },
};

interface Named {
  readonly namespace: string;
  readonly workflowId: string;
  readonly activityId: string;
}

/** Ends an activity that has one of these names, once one is there that has not ended by itself meanwhile. */
async function end(
  handle: WorkflowHandle,
  names: readonly string[],
  by: (activity: Named) => Promise<unknown>,
): Promise<void> {
  const hasEnded = async () => {
    const described = await handle.describe().catch(() => null);
    const activity = described?.raw.pendingActivities?.find((it) => names.includes(it.activityType?.name ?? ''));
    if (!activity?.activityId) return false;
    return by({ namespace: 'default', workflowId: handle.workflowId, activityId: activity.activityId }).then(
      () => true,
      (error) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
  };
  await eventually(hasEnded, (it) => it);
}

const makeFail = (handle: WorkflowHandle, names: readonly string[]): Promise<void> =>
  end(handle, names, (activity) =>
    harness.client.workflowService.respondActivityTaskFailedById({
      ...activity,
      failure: { message: 'by an operator', applicationFailureInfo: { nonRetryable: true } },
    }),
  );

const complete = (handle: WorkflowHandle, names: readonly string[], result: unknown): Promise<void> =>
  end(handle, names, (activity) =>
    harness.client.workflowService.respondActivityTaskCompletedById({
      ...activity,
      result: { payloads: [defaultPayloadConverter.toPayload(result)!] },
    }),
  );

const reset = (handle: WorkflowHandle, names: readonly string[]): Promise<void> =>
  end(handle, names, ({ namespace, workflowId, activityId }) =>
    harness.client.workflowService.resetActivity({ namespace, execution: { workflowId }, id: activityId }),
  );

function startHead(schedules: readonly string[]): Promise<WorkflowHandle> {
  const head = {
    ...{ name: 'n', version: 1, generation: 'g', token: 't1', status: 'active' },
    ...{ createdAt: null, updatedAt: null },
  } as const;
  return harness.client.workflow.start(WORKFLOW.definition, {
    workflowId: `definition/${WORKSPACE}/${randomUUID()}`,
    taskQueue: harness.taskQueue,
    args: [head, [], schedules],
    memo: head,
  });
}

async function expectToChange(head: WorkflowHandle): Promise<void> {
  const change = { kind: 'publish', generation: 'g', ifVersion: 1, token: 't2', name: 'n', scheduledTriggerIds: [] };
  const newest = harness.client.workflow.getHandle(head.workflowId);
  expect(await newest.executeUpdate(UPDATE.changeDefinition, { args: [change] })).toEqual({ kind: 'changed' });
  expect((await newest.describe()).memo).toMatchObject({ version: 2 });
  await terminateLeftOpen(newest);
}

test.concurrent('a batch of first deliveries that is made to fail is asked for again, and every event arrives', async () => {
  let isUp = false;
  const execution = await delivering(() => (isUp ? 200 : 'silence'));
  await makeFail(execution.handle, ['deliverEvents']);
  isUp = true;
  expect(await execution.decide('review', 'ada')).toMatchObject({ kind: 'response-recorded' });
  await execution.handle.result();
  const types = new Set(hooksOf(execution).map(({ event }) => event.event));
  for (const type of ['execution.dispatched', 'step.awaiting-approval', 'execution.completed']) {
    expect(types).toContain(type);
  }
});

test.concurrent('a further attempt that is made to fail counts as one of which nothing went out, and the event is not given up', async () => {
  let isUp = false;
  const execution = await delivering(({ attempt }) => (isUp ? 200 : attempt === 0 ? 503 : 'silence'));
  const records = () => recordsOf(execution);
  await eventually(
    async () => hooksOf(execution),
    (hooks) => hooks.some(({ attempt }) => attempt === 1),
  );
  await makeFail(deliveryOf(execution), ['attemptDelivery', 'attemptDeliveries']);
  const lastError = 'The attempt was ended in Temporal.';
  const ended = await eventually(records, (all) => all.some((it) => it.lastError === lastError));
  const record = ended.find((it) => it.lastError === lastError)!;
  expect(record).toMatchObject({ status: 'pending', attempts: 1 });
  // Its next attempt is a minute away; whoever does not want to wait redelivers it.
  isUp = true;
  const events = await execution.handle.query<ExecutionEvent[], [number[]]>(QUERY.eventsBySeq, [record.seq]);
  await deliveryOf(execution).signal(SIGNAL.redeliver, events);
  await eventually(records, (all) => all.some(({ seq, status }) => seq === record.seq && status === 'delivered'));
  await terminateLeftOpen(execution.handle);
});

test.concurrent('a look at the execution that is made to fail counts as one that has found it open', async () => {
  const execution = await delivering(notAtFirst, { looksHang: true });
  await makeFail(deliveryOf(execution), ['lookAtExecution']);
  const { runId } = await deliveryOf(execution).describe();
  looksHang.delete(executionIdOf(execution.key));
  await execution.decide('review', 'ada');
  await execution.handle.result();
  await eventually(
    () => recordsOf(execution),
    (all) => all.length > 2 && all.every(({ status }) => status === 'delivered'),
  );
  // No other run had to follow it.
  expect((await deliveryOf(execution).describe()).runId).toBe(runId);
});

test.concurrent('a delivery workflow that is cancelled closes, also when something was redelivered while it looked', async () => {
  const execution = await delivering(notAtFirst, { looksHang: true });
  const delivery = deliveryOf(execution);
  await eventually(
    () => delivery.describe().catch(() => null),
    (it) => it?.raw.pendingActivities?.some(({ activityType }) => activityType?.name === 'lookAtExecution') === true,
  );
  const [{ seq }] = (await recordsOf(execution)) as [DeliveryRecord];
  const events = await execution.handle.query<ExecutionEvent[], [number[]]>(QUERY.eventsBySeq, [seq]);
  await delivery.signal(SIGNAL.redeliver, events);
  await delivery.cancel();
  await eventually(
    async () => (await delivery.describe()).status.name,
    (name) => name !== 'RUNNING',
  );
  expect((await delivery.describe()).status.name).toBe('CANCELLED');
  looksHang.delete(executionIdOf(execution.key));
  // It is for a person to redeliver it.
  const known = await deliveryRecords(harness.client, {
    workspace: WORKSPACE,
    executionId: executionIdOf(execution.key),
  });
  expect(known.find((it) => it.seq === seq)).toMatchObject({ status: 'dead' });
  await terminateLeftOpen(execution.handle);
});

test.concurrent.each<[string, (handle: WorkflowHandle, names: readonly string[]) => Promise<void>]>([
  ['made to fail', makeFail],
  ['completed', (handle, names) => complete(handle, names, null)],
])('what is cancelled closes as Canceled, though its asking for that is %s', async (_what, ended) => {
  const { handle } = await harness.start({ nodes: [human('review', ['ada'])] });
  closesHang.add(handle.workflowId);
  await handle.executeUpdate(UPDATE.cancelExecution, { args: [{ reason: 'off' }] });
  await ended(handle, ['requestCancellation']);
  closesHang.delete(handle.workflowId);
  await eventually(
    async () => (await handle.describe()).status.name,
    (name) => name !== 'RUNNING',
  );
  expect((await handle.describe()).status.name).toBe('CANCELLED');
});

test.concurrent('a delivery workflow that is terminated before a worker has run it keeps nothing from being handed over', async () => {
  const key = randomUUID();
  receiver.reactTo(executionIdOf(key), notAtFirst);
  const nobodys = await harness.client.workflow.start(WORKFLOW.webhookDelivery, {
    workflowId: deliveryWorkflowId(WORKSPACE, key),
    taskQueue: `nobody-${randomUUID()}`,
    args: [],
  });
  await nobodys.terminate('by an operator');
  expect(await deliveryRecords(harness.client, { workspace: WORKSPACE, executionId: executionIdOf(key) })).toEqual([]);
  const execution = await startTo(harness, receiver, { nodes: [human('review', ['ada'])] }, { idempotencyKey: key });
  await eventually(
    () => recordsOf(execution),
    (all) => all.length === 2 && all.every(({ status }) => status === 'delivered'),
  );
  await execution.decide('review', 'ada');
  expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
});

test.concurrent('a batch of first deliveries that is completed with what is no result of it is asked for again', async () => {
  let isUp = false;
  const execution = await delivering(() => (isUp ? 200 : 'silence'));
  await complete(execution.handle, ['deliverEvents'], {});
  isUp = true;
  await eventually(
    async () => hooksOf(execution),
    (hooks) => new Set(hooks.map(({ event }) => event.seq)).size === 2 && hooks.length > 2,
  );
  await execution.decide('review', 'ada');
  expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
});

describe('an activity that is completed with what is no result of it', () => {
  test.concurrent('a look at the execution counts as one that has found it open', async () => {
    const execution = await delivering(notAtFirst, { looksHang: true });
    await complete(deliveryOf(execution), ['lookAtExecution'], null);
    looksHang.delete(executionIdOf(execution.key));
    await execution.decide('review', 'ada');
    await eventually(
      () => recordsOf(execution),
      (all) => all.length > 2 && all.every(({ status }) => status === 'delivered'),
    );
  });

  test.concurrent('a further attempt counts as one of which nothing went out', async () => {
    const execution = await delivering(({ attempt }) => (attempt === 0 ? 503 : 'silence'));
    await complete(deliveryOf(execution), ['attemptDelivery', 'attemptDeliveries'], null);
    const records = await eventually(
      () => recordsOf(execution),
      (all) => all.some(({ lastError }) => lastError === 'The attempt was ended in Temporal.'),
    );
    expect(new Set(records.map(({ status }) => status))).toEqual(new Set(['pending']));
    await terminateLeftOpen(execution.handle);
  });

  test.concurrent('so do further attempts that are said to have come to fewer outcomes than there are events', async () => {
    const execution = await delivering(({ attempt }) => (attempt === 0 ? 503 : 'silence'));
    await complete(deliveryOf(execution), ['attemptDeliveries'], []);
    await eventually(
      () => recordsOf(execution),
      (all) => all.filter(({ lastError }) => lastError === 'The attempt was ended in Temporal.').length === 2,
    );
    await terminateLeftOpen(execution.handle);
  });

  const ordinary = { quickAgents: [] };
  const ofAgent = { nodes: [agent('a', { agentId: 'hangs', requireNonEmptyOutput: true })] };

  test.concurrent('an agent goes on with an object as what it returned', async () => {
    const execution = await harness.start(ofAgent, ordinary);
    await complete(execution.handle, ['runAgent'], { decision: 'approve' });
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    const [step] = (await execution.view()).steps;
    expect(step!.output).toEqual({ decision: 'approve', agentId: 'hangs', generatedAt: step!.completedAt });
  });

  test.concurrent('so it does with what its worker would have reported', async () => {
    const execution = await harness.start(ofAgent, ordinary);
    await complete(execution.handle, ['runAgent'], { result: { decision: 'approve' }, endedAt: 1 });
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    expect((await execution.view()).steps[0]!.output).toMatchObject({ decision: 'approve' });
  });

  test.concurrent.each<[string, string, Shape, string]>([
    ['an agent', 'runAgent', ofAgent, 'agent-failed'],
    ['a webhook', 'callWebhook', { nodes: [webhook('a', {}, { requireNonEmptyOutput: true })] }, 'webhook-node-failed'],
    ['a notification', 'sendNotification', { nodes: [MAIL] }, 'notification-failed'],
  ])('%s that is said to have come to a text fails', async (_what, name, shape, code) => {
    const execution = await harness.start(shape, ordinary);
    await complete(execution.handle, [name], 'done');
    await expect(execution.handle.result()).rejects.toThrow();
    const [step] = (await execution.view()).steps;
    expect(step!.error).toMatchObject({ code, message: expect.stringMatching('was completed in Temporal with') });
  });

  test.concurrent('a firing of a schedule, which ends', async () => {
    const handle = await harness.client.workflow.start(WORKFLOW.scheduledDispatch, {
      workflowId: `firing/${randomUUID()}`,
      taskQueue: harness.taskQueue,
      args: [{ workspace: WORKSPACE, definitionId: 'none', triggerId: 't', cron: '0 9 * * *', timezone: 'UTC' }],
    });
    await complete(handle, ['dispatchScheduled'], null);
    expect(await handle.result()).toBeNull();
  });

  test.concurrent('the schedules of a definition, which can be changed on', async () => {
    const handle = await startHead(['nightly']);
    await complete(handle, ['syncSchedules'], null);
    await expectToChange(handle);
  });
});

describe('an agent whose last attempt an operator resets', () => {
  const once = (agentId: string): Shape => ({
    nodes: [agent('a', { agentId, retry: { maxAttempts: 1, initialIntervalMs: 100, backoffCoefficient: 1 } })],
  });

  test.concurrent('begins again, from its first attempt on', async () => {
    const execution = await harness.start(once('hangs-at-first'), { quickAgents: [] });
    await reset(execution.handle, ['runAgent']);
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    expect(callsOf(executionIdOf(execution.key))).toEqual([1, 1]);
  });

  test.concurrent('fails where the execution was dispatched before that', async () => {
    const context = { quickAgents: [], outlivesResets: undefined } as unknown as Partial<ExecutionContext>;
    const execution = await harness.start(once('hangs-at-first'), context);
    await reset(execution.handle, ['runAgent']);
    await expect(execution.handle.result()).rejects.toThrow();
    expect((await execution.view()).steps[0]!.error).toEqual({ code: 'agent-failed', message: 'Activity reset' });
  });
});

describe('a definition whose cancellation is requested', () => {
  /** Requested, and worked off. */
  async function cancel(handle: WorkflowHandle): Promise<void> {
    await handle.cancel();
    const types = async () => (await handle.fetchHistory()).events?.map((event) => event.eventType) ?? [];
    await eventually(types, (all) => all.lastIndexOf(TASK_COMPLETED) > all.indexOf(CANCEL_REQUESTED));
  }

  test.concurrent('stays, and can be changed on', async () => {
    const handle = await startHead([]);
    await cancel(handle);
    await expectToChange(handle);
  });

  test.concurrent('keeps the records of its versions, which would expire if they closed', async () => {
    const record = await harness.client.workflow.start(WORKFLOW.definitionVersion, {
      workflowId: `definition/${WORKSPACE}/${randomUUID()}/g/v1.t`,
      taskQueue: harness.taskQueue,
      args: [{ version: 1 }],
      startDelay: '36500 days',
    });
    await cancel(record);
    expect((await record.describe()).status.name).toBe('RUNNING');
    await terminateLeftOpen(record);
  });
});

describe('an execution that was reset', () => {
  test.concurrent('has the steps that it had, so that later decisions find theirs and agents are called under the keys that they know', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ada']), human('last', ['ada'])] });
    const before = (await execution.viewWhen(({ steps }) => steps.length === 2)).steps;
    await execution.decide('review', 'ada');
    await resetToFirstTask(harness.client, execution.handle.workflowId);
    const decided = await execution.viewWhen(({ steps }) => steps.some(({ status }) => status === 'completed'));
    const ids = (steps: readonly { readonly stepId: string }[]) => steps.map(({ stepId }) => stepId);
    expect(ids(decided.steps)).toEqual(ids(before));
    expect(decided.steps[0]?.output).toMatchObject({ decision: 'approve' });
    await execution.decide('last', 'ada');
    const workflowBundle = { codePath: process.env.COUNTERSIGN_TEST_BUNDLE as string };
    await Worker.runReplayHistory({ workflowBundle }, await execution.handle.fetchHistory());
  });

  const ofStep = ({ event }: Hook['event']) => event === 'step.completed';

  /** Approved, which its receiver does not take; then reset to when nobody had decided, and rejected. */
  async function decidedAnew(reaction: (attempt: number) => Reaction): Promise<Started> {
    const execution = await delivering(() => 200);
    const reactTo = (script: Script) => receiver.reactTo(executionIdOf(execution.key), script);
    await execution.waiting('review');
    const { events } = await execution.handle.fetchHistory();
    const task = events!.findLast((event) => event.workflowTaskCompletedEventAttributes)!;
    reactTo(({ event }) => (ofStep(event) ? 503 : 200));
    await execution.decide('review', 'ada');
    await eventually(
      () => recordsOf(execution),
      (all) => all.length === 1,
    );
    reactTo(({ event, attempt }) => (ofStep(event) ? reaction(attempt) : 200));
    await harness.client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: execution.handle.workflowId, runId: (await execution.handle.describe()).runId },
      reason: 'by an operator',
      requestId: randomUUID(),
      workflowTaskFinishEventId: task.eventId!,
      resetReapplyExcludeTypes: [UPDATES],
    });
    await execution.decide('review', 'ada', 'reject');
    return execution;
  }

  test.concurrent('delivers what it decides anew, also where an event of that number is known already', async () => {
    const execution = await decidedAnew((attempt) => (attempt === 0 ? 503 : 200));
    const further = async () =>
      hooksOf(execution)
        .filter(({ event, attempt }) => ofStep(event) && attempt > 0)
        .map(({ event }) => event.data.decision);
    await eventually(further, (decisions) => decisions.includes('reject'));
    expect((await further()).at(-1)).toBe('reject');
  });

  test.concurrent('lists what became of the event that it has now', async () => {
    const execution = await decidedAnew((attempt) => (attempt === 0 ? 200 : 503));
    const deliveries = createDeliveryGateway(harness.client, {
      taskQueue: harness.taskQueue,
      executions: {} as ExecutionGateway,
    });
    const ofReview = async () => {
      const all = await deliveries.list(WORKSPACE, executionIdOf(execution.key), null);
      return all.find(({ type }) => type === 'step.completed');
    };
    await eventually(ofReview, (delivery) => delivery?.status === 'delivered');
    expect(await recordsOf(execution)).toMatchObject([{ status: 'pending' }]);
  });
});

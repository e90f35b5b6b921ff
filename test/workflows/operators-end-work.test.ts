// What operators make fail in Temporal while it works does not stop an execution.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { createDeliveryGateway } from '../../src/api/executions/deliveries';
import type { ExecutionGateway } from '../../src/api/executions/gateway';
import type { ExecutionEvent } from '../../src/engine/event';
import { isMissing } from '../../src/temporal/grpc';
import type { DeliveryRecord } from '../../src/workflows/contract/deliveries';
import { deliveryWorkflowId, executionIdOf } from '../../src/workflows/contract/ids';
import { QUERY, SIGNAL } from '../../src/workflows/contract/messages';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { type Hook, type Reaction, type Receiver, startReceiver } from '../support/receiver';
import { type Harness, type Started, startHarness, startTo, WORKSPACE } from './harness';

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

const delivering = (): Promise<Started> => startTo(harness, receiver, { nodes: [human('review', ['ada'])] });
const hooksOf = ({ key }: Started) => receiver.hooksOf(executionIdOf(key));
const UPDATES = temporal.api.enums.v1.ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE;
const deliveryOf = ({ key }: Started) => harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, key));

/** What its delivery workflow knows; nothing before there is one. */
const recordsOf = (execution: Started): Promise<readonly DeliveryRecord[]> =>
  deliveryOf(execution)
    .query<readonly DeliveryRecord[]>(QUERY.deliveryRecords)
    .catch(() => []);

/** Makes an activity fail that has one of these names, once one is there that has not ended by itself meanwhile. */
async function makeFail(handle: WorkflowHandle, names: readonly string[]): Promise<void> {
  const hasFailed = async () => {
    const described = await handle.describe().catch(() => null);
    const activity = described?.raw.pendingActivities?.find((it) => names.includes(it.activityType?.name ?? ''));
    if (!activity?.activityId) return false;
    const failing = harness.client.workflowService.respondActivityTaskFailedById({
      namespace: 'default',
      workflowId: handle.workflowId,
      activityId: activity.activityId,
      failure: { message: 'by an operator', applicationFailureInfo: { nonRetryable: true } },
    });
    return failing.then(
      () => true,
      (error) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
  };
  await eventually(hasFailed, (it) => it);
}

test('a batch of first deliveries that is made to fail is asked for again, and every event arrives', async () => {
  let isUp = false;
  receiver.react(() => (isUp ? 200 : new Promise<never>(() => {})));
  const execution = await delivering();
  await makeFail(execution.handle, ['deliverEvents']);
  isUp = true;
  expect(await execution.decide('review', 'ada')).toMatchObject({ kind: 'response-recorded' });
  await execution.handle.result();
  const types = new Set(hooksOf(execution).map(({ event }) => event.event));
  for (const type of ['execution.dispatched', 'step.awaiting-approval', 'execution.completed']) {
    expect(types).toContain(type);
  }
});

test('a further attempt that is made to fail counts as one of which nothing went out, and the event is not given up', async () => {
  let isUp = false;
  receiver.react(({ attempt }) => (isUp ? 200 : attempt === 0 ? 503 : new Promise<never>(() => {})));
  const execution = await delivering();
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
  await execution.handle.terminate('the test is over');
});

describe('an execution that was reset', () => {
  const ofStep = ({ event }: Hook['event']) => event === 'step.completed';

  /** Approved, which its receiver does not take; then reset to when nobody had decided, and rejected. */
  async function decidedAnew(reaction: (attempt: number) => Reaction): Promise<Started> {
    receiver.react(() => 200);
    const execution = await delivering();
    await execution.waiting('review');
    const { events } = await execution.handle.fetchHistory();
    const task = events!.findLast((event) => event.workflowTaskCompletedEventAttributes)!;
    receiver.react(({ event }) => (ofStep(event) ? 503 : 200));
    await execution.decide('review', 'ada');
    await eventually(
      () => recordsOf(execution),
      (all) => all.length === 1,
    );
    receiver.react(({ event, attempt }) => (ofStep(event) ? reaction(attempt) : 200));
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

  test('delivers what it decides anew, also where an event of that number is known already', async () => {
    const execution = await decidedAnew((attempt) => (attempt === 0 ? 503 : 200));
    const further = async () =>
      hooksOf(execution)
        .filter(({ event, attempt }) => ofStep(event) && attempt > 0)
        .map(({ event }) => event.data.decision);
    await eventually(further, (decisions) => decisions.includes('reject'));
    expect((await further()).at(-1)).toBe('reject');
  });

  test('lists what became of the event that it has now', async () => {
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

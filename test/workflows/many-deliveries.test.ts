// Deliveries of an execution that are more than Temporal takes in one answer (2 MiB).
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApiError } from '../../src/api/errors';
import { createDeliveryGateway, type Delivery, type DeliveryGateway } from '../../src/api/executions/deliveries';
import type { ExecutionGateway } from '../../src/api/executions/gateway';
import { indexGraph } from '../../src/definition/graph';
import { advance, NEW_RUN } from '../../src/engine/advance';
import { type ExecutionEvent, isExternal } from '../../src/engine/event';
import { appendEvents } from '../../src/engine/event-log';
import type { Plan } from '../../src/engine/run';
import { packRun } from '../../src/engine/stored';
import { deliveryRecords, toDeliveryWorkflow } from '../../src/temporal/delivery-workflow';
import { readInput } from '../../src/temporal/first-event';
import { fittedArgs, readArgs, type Sent } from '../../src/workflows/contract/arguments';
import {
  ATTEMPT_RULES,
  type DeliveryRecord,
  type DeliveryStatus,
  type DeliveryTarget,
} from '../../src/workflows/contract/deliveries';
import type { ExecutionArgs, ExecutionContext, Receiver as Target } from '../../src/workflows/contract/execution';
import { deliveryWorkflowId, executionIdOf } from '../../src/workflows/contract/ids';
import { SIGNAL } from '../../src/workflows/contract/messages';
import { WORKFLOW } from '../../src/workflows/contract/names';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { type Receiver, startReceiver } from '../support/receiver';
import { type Harness, startHarness, startTo, WORKSPACE } from './harness';

/** Of about 140 bytes each in either answer. */
const EVENTS = 17_500;

let receiver: Receiver;
let harness: Harness;
let gateway: DeliveryGateway;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({ allow: receiver.host });
  gateway = createDeliveryGateway(harness.client, {
    taskQueue: harness.taskQueue,
    executions: { findSilent: async () => ({ firstTask: 'done' }) } as unknown as ExecutionGateway,
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

/** An execution that goes on from a run with so many events, all of which its delivery workflow has given up. */
async function withMany() {
  const { key, handle } = await startTo(harness, receiver, { nodes: [human('review', ['ada'])] });
  const { workflowId } = handle;
  const [definition, context] = readArgs((await readInput(harness.client, { workflowId })) as Sent<ExecutionArgs>);
  await handle.terminate('the same is started again, with many events');

  const plan: Plan = { graph: indexGraph(definition), definition, facts: context };
  const { run } = advance(plan, NEW_RUN, { kind: 'dispatched', at: Date.now(), nonce: 'abcd1234' });
  const events = Array.from({ length: EVENTS - run.seq }, (_, index) => reminderOf(run.seq + 1 + index, run.startedAt));
  const long = { ...run, seq: EVENTS, log: appendEvents(run.log, events) };
  const carried = {
    run: packRun(plan, long),
    deliveries: { lastSeq: EVENTS, delivered: [] },
    pendingReviewers: [],
  };
  const args = fittedArgs([definition, context, carried]) as unknown[];
  await harness.client.workflow.start(WORKFLOW.execution, { workflowId, taskQueue: harness.taskQueue, args });

  const target: DeliveryTarget = {
    ...{ workspace: WORKSPACE, executionId: executionIdOf(key), definitionId: definition.definitionId },
    ...{ correlationId: context.correlationId, receiver: (context as ExecutionContext).receiver as Target },
  };
  await harness.client.workflow.start(WORKFLOW.webhookDelivery, {
    workflowId: deliveryWorkflowId(WORKSPACE, key),
    taskQueue: harness.taskQueue,
    args: fittedArgs([target, long.log.flat().map(deadOf), [], ATTEMPT_RULES]) as unknown[],
  });
  return {
    key,
    target,
    seqs: long.log
      .flat()
      .filter(isExternal)
      .map(({ seq }) => seq),
  };
}

const reminderOf = (seq: number, at: number): ExecutionEvent => ({
  ...{ seq, type: 'step.reminder', stepId: null, at },
  data: { n: 1 },
});
const deadOf = ({ seq, at }: ExecutionEvent): DeliveryRecord => ({
  ...{ seq, status: 'dead', attempts: 6, lastError: 'The receiver answered 503.' },
  ...{ lastAttemptAt: at, eventAt: at },
});

test('are listed and redelivered, also once an operator has ended the delivery workflow', async () => {
  const { key, target, seqs } = await withMany();
  const executionId = executionIdOf(key);
  // A machine that has much else to do may take longer than the API waits.
  const listed = async (status: DeliveryStatus) =>
    (await eventually(
      () => gateway.list(WORKSPACE, executionId, status).catch(unlessSlow),
      (it) => it !== null,
    )) as readonly Delivery[];
  const dead = await listed('dead');
  expect(dead.map(({ seq }) => seq)).toEqual(seqs);

  const [first, last] = [dead[0]!.eventId, dead.at(-1)!.eventId];
  expect(await gateway.redeliver(WORKSPACE, executionId, { eventIds: [first, last] })).toBe(2);
  const delivered = () => listed('delivered');
  await eventually(delivered, ({ length }) => length === 2);

  await harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, key)).terminate('by an operator');
  const event = reminderOf(EVENTS + 1, Date.now());
  await toDeliveryWorkflow(harness.client, {
    ...{ target, taskQueue: harness.taskQueue, signal: SIGNAL.redeliver, argument: [event] },
  });
  expect(await delivered()).toHaveLength(2);
  expect(await listed('dead')).toHaveLength(seqs.length - 2);
}, 60_000);

test('with reasons that do not fit into a new run together, as others may hand them over, are known without them', async () => {
  const key = randomUUID();
  const workflowId = deliveryWorkflowId(WORKSPACE, key);
  const receiver = { url: 'https://hooks.acme.com', sealedFor: 'execution', sealedSecret: 'none', eventTypes: null };
  const target = {
    workspace: WORKSPACE,
    executionId: executionIdOf(key),
    definitionId: 'd',
    correlationId: 'c',
    receiver,
  };
  /** Text that does not deflate below three quarters. */
  const wordy = (seq: number, bytes: number): DeliveryRecord => ({
    ...deadOf(reminderOf(seq, 1)),
    lastError: randomBytes(bytes).toString('base64'),
  });
  const handle = await harness.client.workflow.start(WORKFLOW.webhookDelivery, {
    workflowId,
    taskQueue: harness.taskQueue,
    args: fittedArgs([target, [wordy(1, 900_000), wordy(2, 900_000)], [], ATTEMPT_RULES]) as unknown[],
  });
  const { attempts: _, status: __, ...outcome } = { ...wordy(3, 300_000), kind: 'failed', at: 1, wasSent: true };
  await handle.signal(SIGNAL.handOver, [{ event: reminderOf(3, 1), outcome: { ...outcome, retryAfterMs: null } }]);
  const known = () => deliveryRecords(harness.client, target);
  await eventually(
    () => known().catch(() => []),
    ({ length }) => length === 3,
  );
  await handle.terminate('by an operator');

  const message = { signal: SIGNAL.redeliver, argument: [reminderOf(4, 1)] } as const;
  await toDeliveryWorkflow(harness.client, {
    target: target as DeliveryTarget,
    taskQueue: harness.taskQueue,
    ...message,
  });
  const records = await eventually(known, ({ length }) => length === 4);
  expect(records.slice(0, 3).map(({ seq, status, lastError }) => [seq, status, lastError])).toEqual([
    [1, 'dead', null],
    [2, 'dead', null],
    [3, 'dead', null],
  ]);
  await harness.client.workflow.getHandle(workflowId).terminate();
});

function unlessSlow(error: unknown): null {
  if (error instanceof ApiError && ['DEADLINE_EXCEEDED', 'UNAVAILABLE'].includes(error.status)) return null;
  throw error;
}

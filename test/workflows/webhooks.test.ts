import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { Webhook } from 'standardwebhooks';
import type { ModuleAgent } from '../../src/activities/agents/agent';
import { verifySignature } from '../../src/outbound/signature';
import { deliveryRecords } from '../../src/temporal/delivery-workflow';
import { freePort } from '../../src/temporal/free-port';
import { isUnscheduled } from '../../src/temporal/grpc';
import type { DeliveryRecord } from '../../src/workflows/contract/deliveries';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { deliveryWorkflowId, executionIdOf } from '../../src/workflows/contract/ids';
import { agent, edge, human, MARKETING, type Shape } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Hook, type Receiver, startReceiver } from '../support/receiver';
import { type Harness, type Started, startHarness, startTo, WORKSPACE } from './harness';

const SECRET = `whsec_${Buffer.from('thirty-two bytes of a secret key').toString('base64')}`;
const quick = async () => ({ done: true });
/** Ends when its execution's first webhook has come. */
const waitsForAWebhook: ModuleAgent = async ({ executionId }) => {
  await receiver.received(({ event }) => event.executionId === executionId);
  return { done: true };
};

let receiver: Receiver;
let deadHost: string;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  deadHost = `127.0.0.1:${await freePort()}`;
  harness = await startHarness({
    agents: { 'draft-agent': quick, 'publish-agent': quick, 'waits-for-a-webhook': waitsForAWebhook },
    allow: `${receiver.host},${deadHost}`,
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

describe('webhooks of an execution', () => {
  test('are asked for after all else that a workflow task asks for, so that the order of commands has one reading', async () => {
    // As an activity the first agent ends in a task that asks for more than it.
    const execution = await startAt(receiver.url, MARKETING, { quickAgents: [] });
    await execution.decide('legal', 'u_legal');
    await execution.decide('brand', 'u_brand');
    await execution.handle.result();
    const turns = turnsOf((await execution.handle.fetchHistory()).events ?? []);
    const isDelivery = (name: string) => name === 'deliverEvents';
    const delivering = turns.filter((names) => names.some(isDelivery));
    expect(delivering.length).toBeGreaterThanOrEqual(2);
    expect(delivering.some((names) => names.length > 1)).toBe(true);
    for (const names of delivering)
      expect(names).toEqual([...names.filter((name) => !isDelivery(name)), 'deliverEvents']);
  });

  test('go in one batch with what the quick agents of their workflow task lead to', async () => {
    const shape: Shape = {
      nodes: [
        agent('draft', { agentId: 'draft-agent' }),
        agent('check', { agentId: 'draft-agent' }),
        human('review', ['ada']),
      ],
      edges: [edge('draft', 'review')],
    };
    const execution = await startAt(receiver.url, shape);
    await execution.waiting('review');
    const executionId = executionIdOf(execution.key);
    await receiver.received(
      ({ event }) => event.executionId === executionId && event.event === 'step.awaiting-approval',
    );
    const asked = turnsOf((await execution.handle.fetchHistory()).events ?? []).flat();
    expect(asked.filter((name) => name === 'deliverEvents')).toHaveLength(1);
    await execution.decide('review', 'ada');
    await execution.handle.result();
  });

  test('do not wait for a quick agent that takes longer than quick ones may', async () => {
    const execution = await startAt(receiver.url, { nodes: [agent('work', { agentId: 'waits-for-a-webhook' })] });
    await execution.handle.result();
    expect((await execution.view()).status).toBe('completed');
  });

  test('arrive in the order of seq, whole, signed in both forms, and before the workflow closes', async () => {
    const execution = await startAt(receiver.url, MARKETING);
    await execution.decide('legal', 'u_legal');
    await execution.decide('brand', 'u_brand');
    await execution.handle.result();

    const hooks = receiver.hooksOf(executionIdOf(execution.key));
    expect(hooks.map((hook) => hook.event.event)).toEqual([
      'execution.dispatched',
      'step.completed',
      'step.awaiting-approval',
      'step.awaiting-approval',
      'step.completed',
      'step.completed',
      'group.quorum-met',
      'step.completed',
      'execution.completed',
    ]);
    const seqs = hooks.map((hook) => hook.event.seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    for (const { body, headers, event, attempt } of hooks) {
      expect(verifySignature(body, SECRET, String(headers['x-velt-signature']))).toBe(true);
      new Webhook(SECRET).verify(body, headers as Record<string, string>);
      expect([attempt, headers['x-velt-event-id'], headers['content-type']]).toEqual([
        0,
        event.eventId,
        'application/json',
      ]);
      expect(event).toMatchObject({
        executionId: executionIdOf(execution.key),
        definitionId: 'under-test',
        correlationId: 'corr_test',
        data: expect.any(Object),
      });
      expect(new Date(event.timestamp).toISOString()).toBe(event.timestamp);
      expect(event.stepId === null || typeof event.stepId === 'string').toBe(true);
    }
  });

  test('one that fails is sent again with the same bytes by the delivery workflow, and holds back nothing', async () => {
    receiver.react(({ event, attempt }) => (event.event === 'step.completed' && attempt === 0 ? 500 : 200));
    const execution = await startAt(receiver.url, ONE_AGENT);
    await execution.handle.result();
    const { executionId } = await execution.view();
    const [failed] = receiver.hooksOf(executionId).filter((hook) => hook.event.event === 'step.completed');
    expect(await fatesOf(execution)).toMatchObject([{ seq: failed?.event.seq, status: 'delivered', attempts: 2 }]);

    const hooks = receiver.hooksOf(executionId);
    const attempts = hooks.filter((hook) => hook.event.event === 'step.completed');
    expect(attempts.map((hook) => hook.attempt)).toEqual([0, 1]);
    expect(attempts[1]?.body).toBe(attempts[0]?.body);
    expect(verifySignature(attempts[1]!.body, SECRET, String(attempts[1]!.headers['x-velt-signature']))).toBe(true);
    expect(hooks.at(-1)).toBe(attempts[1]);
    expect(hooks.map((hook) => hook.event.event)).toContain('execution.completed');
    expect(await longestWaitOf(deliveryOf(execution))).toBe(2);
  });

  test("a receiver's Retry-After sets the time of the next attempt", async () => {
    receiver.react(({ attempt }) => (attempt === 0 ? { status: 503, headers: { 'retry-after': '1' } } : 200));
    const execution = await startAt(receiver.url, ONE_AGENT);
    await execution.handle.result();
    await untilAllCameAgain(execution);
    expect(await longestWaitOf(deliveryOf(execution))).toBe(1);
  });

  test('a dead receiver does not keep the execution open; its events wait in the delivery workflow', async () => {
    const execution = await startAt(`http://${deadHost}/hook`, ONE_AGENT);
    await execution.handle.result();
    expect((await execution.handle.describe()).status.name).toBe('COMPLETED');
    const delivery = deliveryOf(execution);
    expect((await delivery.describe()).status.name).toBe('RUNNING');
    expect(
      await eventually(
        () => detailsOf(delivery),
        (details) => details !== '',
      ),
    ).toMatch(/^3 waiting, 0 delivered, \*\*0 dead\*\*/);
    const waits = await eventually(
      () => timersOf(delivery),
      (timers) => timers.length > 0,
    );
    expect(new Set(waits)).toEqual(new Set(['until the next attempt']));
    await terminateLeftOpen(delivery);
  });

  test('a destination that has become forbidden is dead at once, and nothing is sent', async () => {
    const before = receiver.hooks.length;
    const execution = await startAt(receiver.url.replace('127.0.0.1', '127.0.0.2'), ONE_AGENT);
    await execution.handle.result();
    const dead = await fatesOf(execution);
    expect(dead).toHaveLength(3);
    for (const letter of dead) expect([letter.status, letter.attempts]).toEqual(['dead', 0]);
    for (const letter of dead) expect(letter.lastError).toMatch(/^destination-forbidden: /);
    expect(await detailsOf(deliveryOf(execution))).toContain(
      `**${dead.length} dead**\n\n- seq 1: destination-forbidden`,
    );
    expect(receiver.hooks).toHaveLength(before);
  });

  test('no history holds the secret in the clear', async () => {
    receiver.react(({ attempt }) => (attempt === 0 ? 500 : 200));
    const execution = await startAt(receiver.url, ONE_AGENT);
    await execution.handle.result();
    await fatesOf(execution);
    for (const handle of [execution.handle, deliveryOf(execution)]) {
      const json = JSON.stringify((await handle.fetchHistory()).events);
      const payloads = [...json.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map(([, data]) => String(data));
      const text = json + payloads.map((data) => Buffer.from(data, 'base64').toString('utf8')).join('\n');
      expect(text).toContain('sealed:v1:');
      expect(text).not.toContain(SECRET);
    }
  });
});

describe('a worker that ends between two attempts', () => {
  test('loses no delivery: the next worker makes the next attempt', async () => {
    receiver.react(({ attempt }) => (attempt === 0 ? 500 : 200));
    const other = await startHarness({ agents: { 'draft-agent': quick }, allow: receiver.host });
    const execution = await startAt(receiver.url, ONE_AGENT, { by: other });
    await execution.handle.result();
    await other.stopWorker();
    const stop = await other.addWorker();
    await untilAllCameAgain(execution);
    await stop();
    await other.close();
  });
});

const ONE_AGENT: Shape = { nodes: [{ nodeId: 'draft', type: 'agent', config: { agentId: 'draft-agent' } }] };

interface StartOptions extends Pick<Partial<ExecutionContext>, 'quickAgents'> {
  readonly by?: Harness;
}

const startAt = (url: string, shape: Shape, { by = harness, ...context }: StartOptions = {}): Promise<Started> =>
  startTo(by, { url, secret: SECRET }, shape, context);

/** What the timers of a workflow are called; '' when one says nothing. */
async function timersOf(handle: WorkflowHandle): Promise<string[]> {
  const events = (await handle.fetchHistory()).events ?? [];
  const timers = events.filter(({ timerStartedEventAttributes }) => timerStartedEventAttributes);
  return timers.map(({ userMetadata }) => {
    const label = userMetadata?.summary?.data;
    return label ? JSON.parse(Buffer.from(label).toString('utf8')) : '';
  });
}

/** Until each of the three events of ONE_AGENT has had its second attempt, with the same bytes. */
async function untilAllCameAgain(execution: Started): Promise<void> {
  const { executionId } = await execution.view();
  const isOurs = (event: string, attempt: number) => (hook: Hook) =>
    hook.event.executionId === executionId && hook.event.event === event && hook.attempt === attempt;
  for (const event of ['execution.dispatched', 'step.completed', 'execution.completed']) {
    const [first, second] = [await receiver.received(isOurs(event, 0)), await receiver.received(isOurs(event, 1))];
    expect(second.body).toBe(first.body);
  }
}

/**
 * The names of what each turn of the workflow asked for. A task has one turn; the end of a local activity begins a further one
 * within it, and so does an Update, which is worked off after all else that the task brings (decision 0101).
 */
function turnsOf(events: readonly temporal.api.history.v1.IHistoryEvent[]): string[][] {
  const turns: string[][] = [];
  for (const event of events) {
    if (
      event.workflowTaskCompletedEventAttributes ||
      event.markerRecordedEventAttributes ||
      event.workflowExecutionUpdateAcceptedEventAttributes
    )
      turns.push([]);
    const name = Object.keys(event).find((key) => key.endsWith('EventAttributes')) as keyof typeof event;
    const { workflowTaskCompletedEventId: task, activityType } = event[name] as any;
    if (task && !event.workflowExecutionCompletedEventAttributes) turns.at(-1)?.push(activityType?.name ?? name);
  }
  return turns;
}

/** What became of the events that were handed over, once none is open. */
async function fatesOf(execution: Started): Promise<readonly DeliveryRecord[]> {
  for (;;) {
    const target = { workspace: WORKSPACE, executionId: executionIdOf(execution.key) };
    const records = await deliveryRecords(harness.client, target);
    if (records.length > 0 && records.every(({ status }) => status !== 'pending')) return records;
  }
}

const deliveryOf = (execution: Started): WorkflowHandle =>
  harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, execution.key));

/** The longest that a delivery workflow waited for an attempt, in whole seconds; it looks at its execution after a minute. */
async function longestWaitOf(handle: WorkflowHandle<any>): Promise<number> {
  const { events } = await handle.fetchHistory();
  const waits = (events ?? []).flatMap(
    ({ workflowExecutionStartedEventAttributes: start, timerStartedEventAttributes: timer }) =>
      start?.firstWorkflowTaskBackoff ?? timer?.startToFireTimeout ?? [],
  );
  const seconds = waits.map((it) => Math.ceil(Number(it.seconds) + Number(it.nanos ?? 0) / 1e9));
  return Math.max(...seconds.filter((wait) => wait < 60));
}

/** Empty before its first task, which its first attempt's wait delays. */
async function detailsOf(handle: WorkflowHandle<any>): Promise<string> {
  const metadata = await handle
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata')
    .catch((error: unknown) => {
      if (isUnscheduled(error)) return null;
      throw error;
    });
  return metadata?.currentDetails ?? '';
}

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import type { ExecutionEvent } from '../../src/engine/event';
import type { DeliveryRecord, HandedOverEvent } from '../../src/workflows/contract/deliveries';
import { deliveryWorkflowId, executionIdOf } from '../../src/workflows/contract/ids';
import { QUERY, SIGNAL } from '../../src/workflows/contract/messages';
import { agent, human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { randomText } from '../support/random-text';
import { type Hook, type Reaction, type Receiver, startReceiver } from '../support/receiver';
import { type Harness, lengthen, type Started, startHarness, startTo, WORKSPACE } from './harness';

/** At which Temporal suggests to continue as new (test/support/global-setup.ts). */
const HISTORY_EVENTS_MAX = 300;
const AGENTS = 40;
const SHAPE = {
  nodes: [
    ...Array.from({ length: AGENTS }, (_, index) => agent(`a${index}`, { agentId: 'ok' })),
    human('last', ['ada']),
  ],
};
/** The dispatch, the agents, and the step that waits: what is delivered before the review is decided. */
const EVENTS = AGENTS + 2;

const fourthTime = ({ attempt }: Hook): Reaction => (attempt < 3 ? 503 : 200);

let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startReceiver();
  harness = await startHarness({
    agents: { ok: async () => ({ done: true }) },
    allow: receiver.host,
    times: { scale: 0.01, answerMs: 25_000 },
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

const started = (): Promise<Started> => startTo(harness, receiver, SHAPE);
const deliveryOf = ({ key }: Started): WorkflowHandle =>
  harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, key));

/** Once all of the execution's first events are delivered, what became of each. */
const delivered = (execution: Started): Promise<readonly DeliveryRecord[]> =>
  eventually(
    () =>
      deliveryOf(execution)
        .query<readonly DeliveryRecord[]>(QUERY.deliveryRecords)
        .catch(() => []),
    (records) => records.length === EVENTS && records.every(({ status }) => status === 'delivered'),
  );

const hooksOf = (execution: Started): readonly Hook[] => receiver.hooksOf(executionIdOf(execution.key));

/** The attempts at each event, by seq, in the order of their arrival. */
function attemptsOf(execution: Started): ReadonlyMap<number, readonly number[]> {
  const bySeq = new Map<number, number[]>();
  for (const { event, attempt } of hooksOf(execution)) bySeq.set(event.seq, [...(bySeq.get(event.seq) ?? []), attempt]);
  return bySeq;
}

/** How often the workflow has continued as new. */
async function renewalsOf(handle: WorkflowHandle): Promise<number> {
  const [first] = (await handle.fetchHistory()).events ?? [];
  let runId = first?.workflowExecutionStartedEventAttributes?.firstExecutionRunId;
  for (let renewals = 0; ; renewals++) {
    const run = harness.client.workflow.getHandle(handle.workflowId, runId as string);
    const last = (await run.fetchHistory()).events?.at(-1);
    runId = last?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
    if (!runId) return renewals;
  }
}

/** Together 2.4 MB. */
const LARGE_EVENTS = 30;
const handedOver = (seq: number): HandedOverEvent => ({
  event: { seq, type: 'step.completed', at: Date.now(), stepId: 's', data: { text: 'x'.repeat(80_000) } },
  outcome: { kind: 'failed', at: Date.now(), lastError: 'answered 503', wasSent: true, retryAfterMs: 100 },
});

/** Together 3.2 MB, of which 2.6 MB are left when they are deflated. */
const NOISY_EVENTS = 40;
const noisyEvent = (seq: number): ExecutionEvent => ({
  ...{ seq, type: 'step.completed', at: Date.now(), stepId: 's' },
  data: { text: randomText(80_000, seq) },
});
const IN_AN_HOUR = { ...handedOver(0).outcome, retryAfterMs: 3_600_000 };
/** So many redeliveries are enough for a run that could not continue as new to look again. */
const CHANGES_BEFORE_RENEWAL = 100;

const eventsOf = (execution: Started, seqs: readonly number[]) =>
  execution.handle.query<ExecutionEvent[], [readonly number[]]>(QUERY.eventsBySeq, seqs);

/** What is delivered over and over is a part of the history at least as long as this. */
const DELIVERED_EVENTS = 40;

/** Delivers one event over and over, at the end, until the history is so long; how often. */
async function lengthened(execution: Started, seq: number, length: number): Promise<number> {
  const handle = deliveryOf(execution);
  const [event] = await eventsOf(execution, [seq]);
  await lengthen(harness, handle.workflowId, length - DELIVERED_EVENTS);
  const isLong = async () => (await handle.describe()).historyLength > length;
  const isDelivered = async () => {
    const records = await handle.query<readonly DeliveryRecord[]>(QUERY.deliveryRecords);
    return records.some((it) => it.seq === seq && it.status === 'delivered');
  };
  for (let times = 0; ; times++) {
    await eventually(
      async () => (await isDelivered()) || (await isLong()),
      (it) => it,
    );
    if (await isLong()) return times;
    await handle.signal(SIGNAL.redeliver, [event]);
  }
}

/** Until its history is as long as it may be, and nothing happens any more but the one attempt that is in flight. */
async function wantsToRenew(handle: WorkflowHandle): Promise<void> {
  const describe = () => handle.describe().catch(() => null);
  const first = (await eventually(describe, (it) => it !== null))!;
  await eventually(describe, (it) => {
    if (it === null || it.runId !== first.runId) return it !== null;
    const { pendingActivities, pendingWorkflowTask } = it.raw;
    return it.historyLength > HISTORY_EVENTS_MAX && pendingActivities?.length === 1 && !pendingWorkflowTask;
  });
}

describe('a delivery workflow that continues as new', () => {
  test('loses no event, doubles none, and goes on counting where it was', async () => {
    receiver.react(fourthTime);
    const execution = await started();
    const [first, second] = (await delivered(execution)).map(({ seq }) => seq) as [number, number];
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    receiver.react(async (hook) => {
      if (hook.event.seq === first && hook.attempt === 1) await held;
      return fourthTime(hook);
    });
    await deliveryOf(execution).signal(SIGNAL.redeliver, await eventsOf(execution, [first]));
    await eventually(
      async () => attemptsOf(execution).get(first),
      (made) => made?.length === 6,
    );
    await lengthened(execution, second, HISTORY_EVENTS_MAX);
    await wantsToRenew(deliveryOf(execution));
    answer();
    const records = await delivered(execution);
    expect(await renewalsOf(deliveryOf(execution))).toBeGreaterThanOrEqual(1);
    expect(records.map(({ attempts, lastError }) => [attempts, lastError])).toEqual(
      Array.from({ length: EVENTS }, () => [4, null]),
    );
    const attempts = attemptsOf(execution);
    expect(attempts.size).toBe(EVENTS);
    for (const [seq, made] of attempts) {
      if (seq === first) expect(made).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
      else if (seq !== second) expect([seq, made]).toEqual([seq, [0, 1, 2, 3]]);
    }
    await terminateLeftOpen(deliveryOf(execution));
  });

  test('takes what is redelivered while it does so, and delivers each once more', async () => {
    receiver.react(fourthTime);
    const execution = await started();
    const seqs = (await delivered(execution)).map(({ seq }) => seq);
    const [often = 0] = seqs;
    const times = await lengthened(execution, often, HISTORY_EVENTS_MAX - 60);
    await delivered(execution);
    const before = await renewalsOf(deliveryOf(execution));
    // One signal an event: some of them meet the end of a run.
    const events = await eventsOf(execution, seqs);
    await Promise.all(events.map((event) => deliveryOf(execution).signal(SIGNAL.redeliver, [event])));
    await delivered(execution);
    expect(await renewalsOf(deliveryOf(execution))).toBeGreaterThan(before);
    for (const [seq, made] of attemptsOf(execution)) {
      const rounds = Array.from({ length: seq === often ? 2 + times : 2 }, () => [0, 1, 2, 3]);
      expect([seq, made]).toEqual([seq, rounds.flat()]);
    }
    await terminateLeftOpen(deliveryOf(execution));
  });

  test('takes over what is open also when it is more than Temporal takes as one input', async () => {
    let isUp = false;
    receiver.react(() => (isUp ? 200 : 503));
    const execution = await started();
    const handle = deliveryOf(execution);
    const { runId } = (await eventually(
      () => handle.describe().catch(() => null),
      (it) => it !== null,
    ))!;
    const large = Array.from({ length: LARGE_EVENTS }, (_, index) => handedOver(1_000 + index));
    const half = LARGE_EVENTS / 2;
    for (const part of [large.slice(0, half), large.slice(half)]) await handle.signal(SIGNAL.handOver, part);
    await eventually(
      () => handle.describe(),
      (it) => it.runId !== runId,
    );
    isUp = true;
    await eventually(
      () => handle.query<readonly DeliveryRecord[]>(QUERY.deliveryRecords),
      (records) => records.length === EVENTS + LARGE_EVENTS && records.every(({ status }) => status === 'delivered'),
    );
    const arrived = new Set(hooksOf(execution).map(({ event }) => event.seq));
    expect(large.filter(({ event }) => !arrived.has(event.seq))).toEqual([]);
    await terminateLeftOpen(handle);
  }, 60_000);

  test('stays in its run while what is open would be more than Temporal takes however it is sent, and continues when it is less', async () => {
    receiver.react(fourthTime);
    const execution = await started();
    const [{ seq: small }] = (await delivered(execution)) as [DeliveryRecord];
    const handle = deliveryOf(execution);
    const { runId } = await handle.describe();
    const noisy = Array.from({ length: NOISY_EVENTS }, (_, index) => noisyEvent(1_000 + index));
    const parts = [noisy.slice(0, NOISY_EVENTS / 2), noisy.slice(NOISY_EVENTS / 2)];
    for (const part of parts) {
      await handle.signal(
        SIGNAL.handOver,
        part.map((event) => ({ event, outcome: IN_AN_HOUR })),
      );
    }
    await lengthened(execution, small, HISTORY_EVENTS_MAX + 20);
    expect((await handle.describe()).runId).toBe(runId);

    receiver.react(() => 200);
    for (const part of parts) await handle.signal(SIGNAL.redeliver, part);
    await eventually(
      () => handle.query<readonly DeliveryRecord[]>(QUERY.deliveryRecords),
      (records) => records.length === EVENTS + NOISY_EVENTS && records.every(({ status }) => status === 'delivered'),
    );
    const [event] = await eventsOf(execution, [small]);
    await Promise.all(Array.from({ length: CHANGES_BEFORE_RENEWAL }, () => handle.signal(SIGNAL.redeliver, [event])));
    await eventually(
      () => handle.describe(),
      (run) => run.runId !== runId,
    );
    expect(await handle.query(QUERY.deliveryRecords)).toHaveLength(EVENTS + NOISY_EVENTS);
    await terminateLeftOpen(handle);
  });

  test('still hears of what its execution does next, and closes after it', async () => {
    receiver.react(fourthTime);
    const execution = await started();
    await delivered(execution);
    await execution.decide('last', 'ada');
    await execution.handle.result();
    expect(await deliveryOf(execution).result()).toEqual({ delivered: EVENTS + 2, dead: 0 });
  });
});

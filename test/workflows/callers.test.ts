import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RawValue } from '@temporalio/common';
import type { CancelReply } from '../../src/engine/reply';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { QUERY, UPDATE } from '../../src/workflows/contract/messages';
import { agent, edge, human, MARKETING, type Shape } from '../engine/scene';
import { admitted } from '../support/admitted';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, type Started, startHarness } from './harness';

const quick = async () => ({ done: true });
/** Takes over from the harness' own. */
let stopWorker = async () => {};
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ agents: { 'draft-agent': quick, 'publish-agent': quick } });
});
afterAll(async () => {
  await stopWorker();
  await harness.close();
});

/** As the context of an execution was that does not have the flag. */
const BEFORE_CHARACTERS = { countsCharacters: undefined } as unknown as Partial<ExecutionContext>;
const BEFORE_WHOLE_TEXTS = { keepsTextsWhole: undefined } as unknown as Partial<ExecutionContext>;
const BEFORE_WHOLE_REASONS = {
  keepsReasonsWhole: undefined,
  keepsTextsWhole: undefined,
} as unknown as Partial<ExecutionContext>;

/** More levels than `JSON.stringify` gets through, as a client in another language could send. */
const LEVELS = 30_000;
const deepOverride = (): RawValue =>
  RawValue.fromPayload({
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(
      `{"stepId":"s","action":"force-complete","actorId":"ada","output":${'{"a":'.repeat(LEVELS)}1${'}'.repeat(LEVELS)}}`,
    ),
  });

const unreadable = (encoding: string, data: string): RawValue =>
  RawValue.fromPayload({ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) });

const closeStatus = async ({ handle }: Started) => (await handle.describe()).status.name;

describe('the reviewerDecision signal of a plain Temporal client', () => {
  test('does what the update does, to the end of the execution', async () => {
    const execution = await harness.start(MARKETING);
    for (const [nodeId, reviewerId] of [
      ['legal', 'u_legal'],
      ['brand', 'u_brand'],
    ] as const) {
      const { stepId } = await execution.waiting(nodeId);
      await execution.handle.signal('reviewerDecision', { stepId, reviewerId, decision: 'approve', reason: 'Fine' });
    }
    await execution.handle.result();
    const { status, steps } = await execution.view();
    expect(status).toBe('completed');
    expect(steps.find((step) => step.nodeId === 'brand')?.output).toMatchObject({
      decision: 'approve',
      responses: [{ reviewerId: 'u_brand', decision: 'approve', reason: 'Fine' }],
    });
  });

  test('is measured in characters, and in code units where the execution was dispatched before that', async () => {
    const reason = '😀'.repeat(2_000);
    for (const [context, count] of [
      [{}, 1],
      [BEFORE_CHARACTERS, 0],
    ] as const) {
      const execution = await harness.start(REVIEW, context);
      const { stepId } = await execution.waiting('review');
      await execution.handle.signal('reviewerDecision', { stepId, reviewerId: 'ada', decision: 'reject', reason });
      const [step] = (await execution.view()).steps;
      expect(step?.output).toMatchObject({ totalResponses: count });
    }
  });

  test('has no half character in its reason, unless the execution was dispatched before that', async () => {
    const reason = 'No \ud83d, 😀\ude00';
    for (const [context, kept] of [
      [{}, 'No \ufffd, 😀\ufffd'],
      [BEFORE_WHOLE_REASONS, reason],
    ] as const) {
      const execution = await harness.start(REVIEW, context);
      const { stepId } = await execution.waiting('review');
      await execution.handle.signal('reviewerDecision', { stepId, reviewerId: 'ada', decision: 'reject', reason });
      const [step] = (await execution.view()).steps;
      expect(step?.output).toMatchObject({ rejectionReason: kept, responses: [{ reason: kept }] });
    }
  });

  test('changes nothing when it is not recordable or not even a decision, and harms nothing', async () => {
    const execution = await harness.start(REVIEW);
    const { stepId } = await execution.waiting('review');
    const before = await execution.view();
    for (const argument of [
      { stepId, reviewerId: 'stranger', decision: 'approve' },
      { stepId: 'step_nowhere', reviewerId: 'ada', decision: 'approve' },
      { stepId, reviewerId: 'ada', decision: 'perhaps' },
      { stepId, reviewerId: 'ada', decision: 'approve', reason: 'x'.repeat(2_001) },
      { stepId: 7 },
      null,
      'approve',
      ['approve'],
      unreadable('json/plain', '{"a":NaN}'),
      unreadable('json/protobuf', '{}'),
      unreadable('binary/of-ours', 'x'),
    ]) {
      await execution.handle.signal('reviewerDecision', argument);
    }
    await execution.handle.signal('reviewerDecision');
    await execution.handle.signal('no-such-signal', {});
    expect(await execution.view()).toEqual(before);
    await execution.decide('review', 'ada');
    await execution.handle.result();
    expect(await closeStatus(execution)).toBe('COMPLETED');
  });
});

describe('the updates of a plain Temporal client', () => {
  test('have no half characters in their reasons', async () => {
    const execution = await harness.start(REVIEW);
    const { stepId } = await execution.waiting('review');
    const override = { stepId, action: 'force-reject', actorId: 'ada', reason: 'No \ud83d' };
    await execution.handle.executeUpdate(UPDATE.resolveStep, { args: [override] });
    expect((await execution.view()).failureReason?.message).toContain('No \ufffd');
  });

  test('have none in ids and outputs either, unless the execution was dispatched before that', async () => {
    const half = 'x\ud83d';
    for (const [context, kept, label] of [
      [{}, 'x\ufffd', 'x%fffd'],
      [BEFORE_WHOLE_TEXTS, half, 'x%d83d'],
    ] as const) {
      const execution = await harness.start(REVIEW, context);
      const { stepId } = await execution.waiting('review');
      const passedOn = { stepId, fromReviewerId: 'ada', toReviewerId: half, actorId: half };
      await execution.handle.executeUpdate(UPDATE.reassignReviewer, { args: [passedOn] });
      expect((await execution.waiting('review')).output).toMatchObject({ reviewerIds: [kept] });
      const { searchAttributes } = await execution.handle.describe();
      expect(searchAttributes.PendingReviewers).toEqual([label]);
      const override = { stepId, action: 'force-complete', actorId: half, output: { [half]: [half, 7] } };
      await execution.handle.executeUpdate(UPDATE.resolveStep, { args: [override] });
      const { steps } = await execution.view();
      expect(steps[0]?.output).toMatchObject({ [kept]: [kept, 7] });
    }
  });

  test.each([
    [UPDATE.recordReviewerDecision, [{ stepId: 's', reviewerId: 'ada', decision: 'perhaps' }], /decision must be/],
    [UPDATE.recordReviewerDecision, [], /expected \{ stepId, reviewerId, decision/],
    [UPDATE.cancelExecution, [{ reason: 'x'.repeat(501) }], /at most 500 characters/],
    [UPDATE.cancelExecution, ['now'], /expected \{ reason\? \}/],
    [UPDATE.resolveStep, [deepOverride()], /nested at most 64 deep/],
  ])(
    '%s is refused with a sentence when its argument is malformed, and leaves no event',
    async (name, args, message) => {
      const execution = await harness.start(REVIEW);
      await execution.waiting('review');
      const before = await execution.eventTypes();
      await expect(execution.handle.executeUpdate(name, { args: args as never })).rejects.toMatchObject({
        cause: { type: 'malformed', message: expect.stringMatching(message) },
      });
      expect(await execution.eventTypes()).toEqual(before);
      await terminateLeftOpen(execution.handle);
    },
  );
});

test('what is asked of a closed execution is measured in characters, also where the execution was dispatched before that', async () => {
  const execution = await harness.start(REVIEW, BEFORE_CHARACTERS);
  const { stepId } = await execution.waiting('review');
  await execution.decide('review', 'ada');
  await execution.handle.result();
  const decision = { stepId, reviewerId: 'ada', decision: 'reject', reason: '😀'.repeat(2_000) };
  const asked = execution.handle.query(QUERY.judge, UPDATE.recordReviewerDecision, decision);
  expect(await asked).toMatchObject({ kind: 'response-not-recorded', rejectionReason: 'idempotent' });
});

describe('an execution closes in Temporal as it ended', () => {
  test('Completed', async () => {
    const execution = await harness.start(REVIEW);
    await execution.decide('review', 'ada');
    expect(await execution.handle.result()).toMatchObject({ status: 'completed' });
    expect(await closeStatus(execution)).toBe('COMPLETED');
  });

  test('Failed, with the failure reason as the type and message of the failure', async () => {
    const execution = await harness.start(REVIEW);
    await execution.decide('review', 'ada', 'reject');
    await expect(execution.handle.result()).rejects.toMatchObject({
      cause: { type: 'unhandled-rejection', message: expect.stringContaining('ada') },
    });
    expect(await closeStatus(execution)).toBe('FAILED');
  });

  test('Canceled, after the cancel update: of two that race one says true', async () => {
    const execution = await harness.start(MARKETING);
    await execution.waiting('brand');
    const cancel = () =>
      execution.handle.executeUpdate<CancelReply, [object]>(UPDATE.cancelExecution, { args: [{ reason: 'off' }] });
    const replies = await Promise.all([cancel(), cancel()]);
    expect(replies.map((reply) => reply.cancelled).sort()).toEqual([false, true]);
    await expect(execution.handle.result()).rejects.toThrow();
    expect(await closeStatus(execution)).toBe('CANCELLED');
    expect(await statusesOf(execution)).toEqual({ run: 'cancelled', steps: ['completed', 'cancelled', 'cancelled'] });
  });

  test("Canceled, after an operator's Cancel, with the same steps in the same states", async () => {
    const execution = await harness.start(MARKETING);
    await execution.waiting('brand');
    await execution.handle.cancel();
    await expect(execution.handle.result()).rejects.toThrow();
    expect(await closeStatus(execution)).toBe('CANCELLED');
    expect(await statusesOf(execution)).toEqual({ run: 'cancelled', steps: ['completed', 'cancelled', 'cancelled'] });
  });

  test('as the API says it did, when an approval and a cancel race', async () => {
    const execution = await harness.start(REVIEW);
    const { stepId } = await execution.waiting('review');
    const decision = { stepId, reviewerId: 'ada', decision: 'approve' } as const;
    const [approved, cancelled] = await Promise.allSettled([
      execution.handle.executeUpdate<object, [object]>(UPDATE.recordReviewerDecision, { args: [decision] }),
      execution.handle.executeUpdate<CancelReply, [object]>(UPDATE.cancelExecution, { args: [{}] }),
    ]);
    await execution.handle.result().catch(() => undefined);
    const { status } = await execution.view();
    expect(await closeStatus(execution)).toBe(status === 'completed' ? 'COMPLETED' : 'CANCELLED');
    // The approval does not end the execution, an agent does: a cancel after it still counts.
    if (cancelled.status === 'fulfilled') expect(cancelled.value.cancelled).toBe(status === 'cancelled');
    const review = (await execution.view()).steps[0]?.status;
    expect(review).toBe(approved.status === 'fulfilled' ? 'completed' : 'cancelled');
  });
});

test('of updates that come together the first may bring a deadline, and the next one end the execution', async () => {
  const shape = { nodes: [human('first', ['ada']), human('timed', ['bob'], { slaMs: 3_600_000 })] };
  const execution = await harness.start({ ...shape, edges: [edge('first', 'timed')] });
  const { stepId } = await execution.waiting('first');
  await harness.stopWorker();
  const decision = { stepId, reviewerId: 'ada', decision: 'approve' } as const;
  const { workflowId } = execution.handle;
  const decided = execution.handle.executeUpdate(UPDATE.recordReviewerDecision, {
    args: [decision],
    updateId: 'first',
  });
  await admitted(harness.client, workflowId, 'first');
  const cancelled = execution.handle.executeUpdate(UPDATE.cancelExecution, { args: [{}], updateId: 'second' });
  await admitted(harness.client, workflowId, 'second');
  stopWorker = await harness.addWorker();
  expect(await Promise.all([decided, cancelled])).toMatchObject([{ kind: 'response-recorded' }, { cancelled: true }]);
  await expect(execution.handle.result()).rejects.toThrow();
  expect(await statusesOf(execution)).toEqual({ run: 'cancelled', steps: ['completed', 'cancelled'] });
});

const REVIEW: Shape = { nodes: [human('review', ['ada']), agent('publish')], edges: [edge('review', 'publish')] };

async function statusesOf(execution: Started) {
  const { status, steps } = await execution.view();
  return { run: status, steps: steps.map((step) => step.status) };
}

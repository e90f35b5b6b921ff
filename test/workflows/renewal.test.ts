import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { QUERY, type ReviewerDecision, UPDATE } from '../../src/workflows/contract/messages';
import { agent, edge, human } from '../engine/scene';
import { type Harness, type Started, startHarness } from './harness';

const REVIEWS = 80;
const nodeIds = Array.from({ length: REVIEWS }, (_, index) => `review-${index}`);
const PANEL = {
  nodes: [
    agent('draft'),
    ...nodeIds.map((nodeId) => human(nodeId, ['ada'])),
    human('last', ['bob'], { slaMs: 86_400_000 }),
  ],
  edges: [...nodeIds.map((nodeId) => edge('draft', nodeId)), edge('draft', 'last')],
};

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ agents: { 'draft-agent': async () => ({ done: true }) } });
});
afterAll(() => harness.close());

/** Decides every review; waits for nothing but the answers. */
async function decideAll(execution: Started, steps: readonly string[]): Promise<void> {
  for (const stepId of steps) {
    const decision: ReviewerDecision = { stepId, reviewerId: 'ada', decision: 'approve' };
    const reply = await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
    expect(reply).toMatchObject({ kind: 'response-recorded', resumeScheduled: true });
  }
}

const latest = (execution: Started) => harness.client.workflow.getHandle(execution.handle.workflowId);

describe('an execution that continues as new', () => {
  test('goes on as if nothing had happened: ids, seq, deadlines, who is waited for, and what was decided', async () => {
    const execution = await harness.start(PANEL);
    const before = await execution.viewWhen((view) => view.steps.length === REVIEWS + 2);
    const first = await latest(execution).describe();
    await decideAll(
      execution,
      before.steps.filter((step) => step.nodeId.startsWith('review-')).map((step) => step.stepId),
    );

    const handle = latest(execution);
    const after = await handle.query<{ steps: { stepId: string; status: string; startedAt: number }[] }>(QUERY.view);
    const renewed = await handle.describe();
    expect(renewed.runId).not.toBe(first.runId);
    expect(renewed.memo).toEqual({ ...first.memo, startedAt: first.startTime.getTime() });
    expect(renewed.searchAttributes).toEqual({ ...first.searchAttributes, PendingReviewers: expect.anything() });
    expect(after.steps.map(({ stepId, startedAt }) => ({ stepId, startedAt }))).toEqual(
      before.steps.map(({ stepId, startedAt }) => ({ stepId, startedAt })),
    );
    const open = after.steps.filter((step) => step.status === 'waiting');
    expect(open).toHaveLength(1);

    const late: ReviewerDecision = { stepId: before.steps[1]!.stepId, reviewerId: 'ada', decision: 'reject' };
    await expect(handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [late] })).rejects.toMatchObject({
      cause: { details: [{ kind: 'response-not-recorded', rejectionReason: 'idempotent' }] },
    });
    const last: ReviewerDecision = { stepId: open[0]!.stepId, reviewerId: 'bob', decision: 'approve' };
    await handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [last] });
    expect(await handle.result()).toMatchObject({ status: 'completed' });

    const { events } = await handle.query<{ events: { seq: number; type: string }[] }, [object]>(QUERY.events, {
      sinceSeq: 0,
      pageSize: 500,
    });
    expect(events.map((event) => event.seq)).toEqual(
      [...new Set(events.map((event) => event.seq))].sort((a, b) => a - b),
    );
    const count = (type: string) => events.filter((event) => event.type === type).length;
    expect(count('step.awaiting-approval')).toBe(REVIEWS + 1);
    expect(count('step.completed')).toBe(REVIEWS + 2);
    expect([count('execution.dispatched'), count('execution.completed')]).toEqual([1, 1]);
  });

  test('a cancel after it closes the workflow as Canceled', async () => {
    const execution = await harness.start(PANEL);
    const { steps } = await execution.viewWhen((view) => view.steps.length === REVIEWS + 2);
    await decideAll(
      execution,
      steps.filter((step) => step.nodeId.startsWith('review-')).map((step) => step.stepId),
    );
    expect(await latest(execution).executeUpdate(UPDATE.cancelExecution)).toEqual({ kind: 'cancel', cancelled: true });
    await expect(latest(execution).result()).rejects.toThrow();
    expect((await latest(execution).describe()).status.name).toBe('CANCELLED');
  });
});

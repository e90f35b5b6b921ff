import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FiringOutcome } from '../../src/workflows/contract/definitions';
import { UPDATE } from '../../src/workflows/contract/messages';
import { WORKFLOW } from '../../src/workflows/contract/names';
import { summaryOf } from '../../src/workflows/contract/operator-text';
import { agent, edge, human, MARKETING, type Shape } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, type Started, startHarness, WORKSPACE } from './harness';

const quick = async () => ({ done: true });
/** What firings come to, by the trigger. */
const outcomes = new Map<string, FiringOutcome>();
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    agents: { 'draft-agent': quick, 'publish-agent': quick, 'escalate-agent': quick },
    wrap: (activities) => ({
      ...activities,
      dispatchScheduled: async (firing) => outcomes.get(firing.triggerId) ?? activities.dispatchScheduled(firing),
    }),
  });
});
afterAll(() => harness.close());

describe('what an operator sees in Temporal', () => {
  test('current details say the status and every open step, and why an execution failed', async () => {
    const execution = await harness.start(MARKETING);
    const { stepId } = await execution.waiting('brand');
    const waiting = await detailsOf(execution);
    expect(waiting).toMatch(/^\*\*running\*\*, 3 steps so far\n\n- `/);
    expect(waiting).toMatch(/- `legal` waiting since \d{4}-/);
    expect(waiting).toContain(`(\`${stepId}\`)`);

    await execution.decide('legal', 'u_legal', 'reject');
    await execution.decide('brand', 'u_brand', 'reject');
    await expect(execution.handle.result()).rejects.toThrow();
    expect(await detailsOf(execution)).toMatch(/^\*\*failed\*\*[\s\S]*`unhandled-rejection`: /);
  });

  test('what people wrote stands there as they wrote it, and is no link', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ada'])] });
    const { stepId } = await execution.waiting('review');
    const reason = '[Approve](https://evil.example)\n- **next** <img src=x>';
    await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, {
      args: [{ stepId, reviewerId: 'ada', decision: 'reject', reason }],
    });
    await expect(execution.handle.result()).rejects.toThrow();
    const details = await detailsOf(execution);
    expect(details).toContain('\\[Approve\\](https://evil.example) - \\*\\*next\\*\\* \\<img src=x\\>');
    expect((await execution.view()).failureReason?.message).toContain(reason);
  });

  test('a summary is at most as long as Temporal takes one', () => {
    expect(summaryOf('n'.repeat(348))).toBe('n'.repeat(348));
    const long = summaryOf('漢'.repeat(400));
    expect(long).toMatch(/^漢+…$/);
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThanOrEqual(350);
  });

  test('so is that of a firing, whatever its trigger is called', async () => {
    const handle = await fire('漢'.repeat(128));
    expect(await handle.result()).toEqual({ kind: 'not-current' });
    const [summary] = await summariesOf({ handle });
    expect(summary).toMatch(/^漢+… at \d{4}-/);
    expect(Buffer.byteLength(JSON.stringify(summary))).toBeLessThanOrEqual(400);
  });

  test.each<[string, FiringOutcome, string]>([
    [
      'that it started',
      { kind: 'started', executionId: 'exec_trig:1', definitionVersion: 3 },
      '`exec_trig:1` of version 3',
    ],
    [
      'that was there already',
      { kind: 'taken', executionId: 'exec_trig:1', definitionVersion: 3 },
      '`exec_trig:1` of version 3, which was there already',
    ],
    [
      'none, for its schedule is gone',
      { kind: 'not-current' },
      'Nothing started: the current version has no such schedule.',
    ],
    [
      'none, for its instant was missed',
      { kind: 'missed' },
      'Nothing started: this instant passed while Temporal was away.',
    ],
  ])(
    'a firing of a schedule names its trigger and its instant, and the execution %s',
    async (_what, outcome, details) => {
      outcomes.set('every *night*', outcome);
      const handle = await fire('every *night*');
      expect(await handle.result()).toEqual(outcome);
      const instant = (await handle.describe()).startTime.toISOString();
      expect(await summariesOf({ handle })).toEqual([`every \\*night\\* at ${instant}`]);
      expect(await detailsOf({ handle })).toBe(details);
    },
  );

  test('PendingReviewers finds what waits for a person, and no longer once they have all decided', async () => {
    const reviewer = `u_${Date.now()}_${Math.random().toString(36).slice(2)}`;
    const shape: Shape = {
      nodes: [human('first', [reviewer]), human('second', ['someone-else'])],
      edges: [edge('first', 'second')],
    };
    const execution = await harness.start(shape);
    await execution.waiting('first');
    expect(await pendingReviewersOf(execution)).toEqual([reviewer]);
    await untilFound(reviewer, 1);
    await execution.decide('first', reviewer);
    await execution.waiting('second');
    expect(await pendingReviewersOf(execution)).toEqual(['someone-else']);
    await untilFound(reviewer, 0);
    await terminateLeftOpen(execution.handle);
  });

  test('a list of reviewers that Visibility cannot hold is a star', async () => {
    const reviewers = Array.from({ length: 50 }, (_, n) => `${String(n).padStart(3, '0')}-${'r'.repeat(100)}`);
    const execution = await harness.start({ nodes: [human('review', reviewers)] });
    await execution.waiting('review');
    expect(await pendingReviewersOf(execution)).toEqual(['*']);
    await terminateLeftOpen(execution.handle);
  });

  test('activities and timers are labelled with the node that they serve', async () => {
    const execution = await harness.start(ESCALATION);
    await execution.viewWhen((view) => view.status === 'completed');
    await execution.handle.result();
    expect(await summariesOf(execution)).toEqual(['deadline of review', 'escalate · escalate-agent']);
  });
});

describe('a deadline', () => {
  test('is a durable timer: it breaches the step though no worker was there when it fired', async () => {
    const other = await startHarness({ agents: { 'escalate-agent': quick } });
    const execution = await other.start(ESCALATION);
    await execution.waiting('review');
    await other.stopWorker();
    await eventually(
      () => execution.eventTypes(),
      (types) => types.includes('timerFired'),
    );
    const stop = await other.addWorker();
    await execution.handle.result();
    const { steps } = await execution.view();
    expect(steps.map(({ nodeId, status }) => [nodeId, status])).toEqual([
      ['review', 'breached'],
      ['escalate', 'completed'],
    ]);
    await stop();
    await other.close();
  });

  test('that nobody handles fails the execution, and Temporal agrees', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ada'], { slaMs: 1 })] });
    await expect(execution.handle.result()).rejects.toMatchObject({ cause: { type: 'step-breached' } });
    expect((await execution.handle.describe()).status.name).toBe('FAILED');
    expect((await execution.view()).failureReason?.code).toBe('step-breached');
  });
});

const fire = (triggerId: string) =>
  harness.client.workflow.start(WORKFLOW.scheduledDispatch, {
    workflowId: `firing/${randomUUID()}`,
    taskQueue: harness.taskQueue,
    args: [{ workspace: WORKSPACE, definitionId: 'none', triggerId, cron: '0 9 * * *', timezone: 'UTC' }],
  });

const ESCALATION: Shape = {
  nodes: [human('review', ['ada'], { slaMs: 1_500 }), agent('escalate')],
  edges: [edge('review', 'escalate', { on: 'always' })],
};

async function detailsOf({ handle }: Pick<Started, 'handle'>): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

const pendingReviewersOf = async ({ handle }: Started) =>
  (await handle.describe()).searchAttributes.PendingReviewers as unknown;

/** Visibility follows within a moment. */
async function untilFound(reviewer: string, count: number): Promise<void> {
  const query = `PendingReviewers = "${reviewer}" AND ExecutionStatus = "Running"`;
  await eventually(
    () => harness.client.workflow.count(query),
    (found) => found.count === count,
  );
}

async function summariesOf({ handle }: Pick<Started, 'handle'>): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ userMetadata }) =>
    userMetadata?.summary?.data ? [JSON.parse(Buffer.from(userMetadata.summary.data).toString('utf8'))] : [],
  );
}

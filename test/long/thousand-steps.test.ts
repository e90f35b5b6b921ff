// An execution as large as one may become: 1,000 steps and 2,000 decisions, over several runs of its workflow.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ExecutionEvent } from '../../src/engine/event';
import type { EventsPage, ViewPage } from '../../src/engine/view';
import { QUERY, type ReviewerDecision, UPDATE } from '../../src/workflows/contract/messages';
import { edge, human } from '../engine/scene';
import { type Harness, startHarness } from '../workflows/harness';

const REVIEWERS = ['ada', 'bob'];
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const [firsts, seconds, thirds] = [names('first-', 9), names('second-', 10), names('third-', 10)];
/** 1 + 9 + 90 + 900 steps of 30 nodes: every predecessor's step starts its own. */
const TREE = {
  nodes: ['root', ...firsts, ...seconds, ...thirds].map((nodeId) => human(nodeId, REVIEWERS)),
  edges: [
    ...firsts.map((to) => edge('root', to)),
    ...firsts.flatMap((from) => seconds.map((to) => edge(from, to))),
    ...seconds.flatMap((from) => thirds.map((to) => edge(from, to))),
  ],
};
const REASON = 'r'.repeat(199);
const IN_FLIGHT = 8;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

test('1,000 steps and 2,000 decisions finish, with no event lost or doubled', async () => {
  const execution = await harness.start(TREE);
  const handle = harness.client.workflow.getHandle(execution.handle.workflowId);
  const runs = new Set<string>();
  const decided = new Set<string>();
  const startedAt = performance.now();

  for (let isRunning = true; isRunning; ) {
    const view = await wholeView((from) => handle.query<ViewPage, [object]>(QUERY.view, { from }));
    const due = view.steps.filter((step) => step.status === 'waiting' && !decided.has(step.stepId));
    await inParallel(due, IN_FLIGHT, async ({ stepId }) => {
      for (const reviewerId of REVIEWERS) {
        const decision: ReviewerDecision = { stepId, reviewerId, decision: 'approve', reason: REASON };
        const reply = await handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
        expect(reply).toMatchObject({ kind: 'response-recorded' });
      }
      decided.add(stepId);
    });
    const { runId, status } = await handle.describe();
    runs.add(runId);
    isRunning = status.name === 'RUNNING';
    process.stderr.write(
      `  ${decided.size} steps decided, ${runs.size} runs seen, ${((performance.now() - startedAt) / 1000).toFixed(0)} s\n`,
    );
  }

  expect(decided.size).toBe(1_000);
  expect(await handle.result()).toMatchObject({ status: 'completed' });
  const { steps } = await wholeView((from) => handle.query<ViewPage, [object]>(QUERY.view, { from }));
  expect(steps.filter((step) => step.status === 'completed')).toHaveLength(1_000);

  const events: ExecutionEvent[] = [];
  for (let hasMore = true; hasMore; ) {
    const sinceSeq = events.at(-1)?.seq ?? 0;
    const page = await handle.query<EventsPage, [object]>(QUERY.events, { sinceSeq, pageSize: 500 });
    events.push(...page.events);
    hasMore = page.hasMore;
  }
  const seqs = events.map((event) => event.seq);
  expect(new Set(seqs).size).toBe(seqs.length);
  const perStep = (type: string) => new Set(events.filter((it) => it.type === type).map((it) => it.stepId)).size;
  expect([perStep('step.awaiting-approval'), perStep('step.completed')]).toEqual([1_000, 1_000]);
  // Dispatched, 1,000 x (scheduled, started, awaiting, two responses, resumed, completed), completed.
  expect(seqs.at(-1)).toBe(1 + 1_000 * 7 + 1);
}, 1_200_000);

async function wholeView(ask: (from: number) => Promise<ViewPage>): Promise<Pick<ViewPage, 'steps'>> {
  const steps = [];
  for (let from: number | null = 0; from !== null; ) {
    const page: ViewPage = await ask(from);
    steps.push(...page.steps);
    from = page.next;
  }
  return { steps };
}

async function inParallel<T>(items: readonly T[], count: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const next = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: count }, next));
}

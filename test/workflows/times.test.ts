// A worker that takes an execution up shows the times that the one before it has shown (docs/decisions/0147-times-after-a-replay.md).
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ReviewerDecision, SIGNAL, UPDATE } from '../../src/workflows/contract/messages';
import { SENT_AT } from '../../src/workflows/contract/names';
import { human } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, startHarness } from './harness';

/** More than what follows a signal takes. */
const LATER_MS = 1_000;
/** So many that their search attribute need not be said anew after two of them. */
const REVIEWERS = ['ada', 'bob', 'cid', 'dan', 'eva', 'fay', 'gus', 'hal'] as const;

let harness: Harness;
let stopWorker = async () => {};
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(async () => {
  await stopWorker();
  await harness.close();
});

test('decisions by signal of which nothing follows keep their times when another worker takes them up with a later one', async () => {
  const execution = await harness.start({ nodes: [human('review', REVIEWERS)], edges: [] });
  const { stepId } = await execution.waiting('review');
  const decided = async () => (await execution.waiting('review')).output?.responses as readonly unknown[];
  for (const [index, reviewerId] of REVIEWERS.slice(0, 2).entries()) {
    const decision: ReviewerDecision = { stepId, reviewerId, decision: 'approve' };
    await execution.handle.signal(SIGNAL.reviewerDecision, decision);
    await eventually(decided, ({ length }) => length > index);
  }
  const seen = await decided();
  // What is said once more says the same.
  const { searchAttributes } = await execution.handle.describe();
  expect(searchAttributes.PendingReviewers).toEqual(REVIEWERS);
  await harness.stopWorker();
  await sleep(LATER_MS);
  stopWorker = await harness.addWorker();
  const later: ReviewerDecision = { stepId, reviewerId: 'cid', decision: 'approve' };
  await execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [later] });
  expect((await decided()).slice(0, 2)).toEqual(seen);
  await terminateLeftOpen(execution.handle);
});

test('an update says when it was sent', async () => {
  const execution = await harness.start({ nodes: [human('review', ['ada'])], edges: [] });
  await execution.decide('review', 'ada');
  const { events } = await execution.handle.fetchHistory();
  const accepted = events?.find((event) => event.workflowExecutionUpdateAcceptedEventAttributes);
  const { header } = accepted?.workflowExecutionUpdateAcceptedEventAttributes?.acceptedRequest?.input ?? {};
  const sentAt = JSON.parse(Buffer.from(header?.fields?.[SENT_AT]?.data ?? []).toString());
  expect(Math.abs(sentAt - Date.now())).toBeLessThan(60_000);
});

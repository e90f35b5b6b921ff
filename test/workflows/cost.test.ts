import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { UPDATE } from '../../src/workflows/contract/messages';
import { MARKETING } from '../engine/scene';
import { type Harness, startHarness } from './harness';

const quick = async () => ({ done: true });
let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ agents: { 'draft-agent': quick, 'publish-agent': quick } });
});
afterAll(() => harness.close());

const count = (types: readonly string[], type: string) => types.filter((it) => it === type).length;

describe('what the seed definition costs with quick agents and no webhook', () => {
  test('one execution takes at most 26 history events and 4 workflow tasks', async () => {
    const execution = await harness.start(MARKETING);
    await execution.decide('legal', 'u_legal');
    await execution.decide('brand', 'u_brand');
    await execution.handle.result();
    const types = await execution.eventTypes();
    expect(count(types, 'workflowTaskCompleted')).toBeLessThanOrEqual(4);
    expect(types.length).toBeLessThanOrEqual(26);
  });

  test('a refused decision and a read add no event at all', async () => {
    const execution = await harness.start(MARKETING);
    await execution.decide('legal', 'u_legal');
    const { stepId } = await execution.waiting('brand');
    const before = await execution.eventTypes();
    for (const reviewerId of ['stranger', 'u_legal']) {
      const decision = { stepId, reviewerId, decision: 'approve' };
      await expect(
        execution.handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] }),
      ).rejects.toMatchObject({ cause: { type: 'refused' } });
    }
    await execution.view();
    expect(await execution.eventTypes()).toEqual(before);
  });

  test('the first agent runs as a local activity, the one that the last approval leads to does not', async () => {
    const execution = await harness.start(MARKETING);
    await execution.decide('legal', 'u_legal');
    await execution.decide('brand', 'u_brand');
    await execution.handle.result();
    const types = await execution.eventTypes();
    expect(count(types, 'markerRecorded')).toBe(1);
    expect(count(types, 'activityTaskScheduled')).toBe(1);
  });
});

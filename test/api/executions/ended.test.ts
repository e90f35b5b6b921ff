import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness, startTestWorker } from '../harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const get = async (executionId: string) => (await api.call('executions/get', { executionId })).result;

async function untilEnded(executionId: string) {
  for (;;) {
    const view = await get(executionId);
    if (['completed', 'failed', 'cancelled'].includes(view.status)) return view;
  }
}

describe('an execution that has ended', () => {
  test('is read without a worker, as it was read with one', async () => {
    const worker = await startTestWorker(api.config);
    const definitionId = await api.define(waitsFor('ada'));
    const ended = [];
    try {
      for (const decision of ['approve', 'reject']) {
        const { executionId, steps } = await api.waiting(definitionId, ['review']);
        const data = { executionId, stepId: steps[0], reviewerId: 'ada', decision };
        expect((await api.call('steps/recordReviewerDecision', data)).http).toBe(200);
        ended.push(await untilEnded(executionId));
      }
    } finally {
      await worker.stop();
    }
    expect(ended.map(({ status }) => status)).toEqual(['completed', 'failed']);
    for (const view of ended) expect(await get(view.executionId)).toEqual(view);
  });
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness } from '../harness';

let api: ApiHarness;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  const [review] = waitsFor('ada').nodes;
  const edges = [{ from: 'review', to: 'after', on: 'always' }];
  const after = { nodeId: 'after', type: 'agent', config: { agentId: '__mock__' } };
  definitionId = await api.define(waitsFor('ada', { nodes: [review, after], edges }));
});
afterAll(() => api.close());

async function waiting() {
  const { executionId, steps } = await api.waiting(definitionId, ['review']);
  return { executionId, stepId: steps[0]! };
}
const cancel = (data: object) => api.call('steps/cancel', { actorId: 'lead', ...data });

describe('steps/cancel', () => {
  test('200: the step is cancelled and no edge fires from it, not even an always edge', async () => {
    const step = await waiting();
    const { http, result } = await cancel({ ...step, reason: 'not needed' });
    expect([http, result]).toEqual([200, { cancelled: true, ...step }]);
    const { steps } = (await api.call('executions/get', { executionId: step.executionId })).result;
    expect(steps.map((it: any) => [it.nodeId, it.status])).toEqual([['review', 'cancelled']]);
  });

  test('400: a step that has ended, and 404 for an unknown one, also after the execution has closed', async () => {
    const step = await waiting();
    await cancel(step);
    const again = async (change: object = {}) => {
      const { http, error } = await cancel({ ...step, ...change });
      return [http, error.status];
    };
    expect(await again()).toEqual([400, 'FAILED_PRECONDITION']);
    expect(await again({ stepId: 'step_unknown' })).toEqual([404, 'NOT_FOUND']);
    await api.call('executions/cancel', { executionId: step.executionId });
    expect(await again()).toEqual([400, 'FAILED_PRECONDITION']);
    expect(await again({ stepId: 'step_unknown' })).toEqual([404, 'NOT_FOUND']);
  });

  test.each([
    ['no actor', { actorId: '' }],
    ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
    ['a reason of 501 characters', { reason: 'x'.repeat(501) }],
  ])('400: %s', async (_what, change) => {
    const { http, error } = await cancel({ executionId: 'exec_x', stepId: 's', ...change });
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

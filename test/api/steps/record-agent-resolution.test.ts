import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { waitsFor } from '../definitions/sample';
import { type ApiHarness, startApiHarness } from '../harness';
import { BLOCKING } from '../situations';

let api: ApiHarness;
let blocking: string;
beforeAll(async () => {
  api = await startApiHarness();
  blocking = await api.define(BLOCKING);
});
afterAll(() => api.close());

async function blocked() {
  const { executionId, steps } = await api.waiting(blocking, ['checks']);
  const { result } = await api.call('executions/get', { executionId });
  return { executionId, stepId: steps[0]!, responseId: result.steps[0].output.responses[0].responseId };
}
const record = (data: object) =>
  api.call('steps/recordAgentResolution', { resolution: 'resolved', actorId: 'ada', ...data });

describe('steps/recordAgentResolution', () => {
  test('200: the last resolution ends the step, and the read after it shows it', async () => {
    const step = await blocked();
    const { http, result } = await record(step);
    expect([http, result]).toEqual([200, { recorded: true, aggregatorStatus: 'resolved', resumeScheduled: true }]);
    const { steps } = (await api.call('executions/get', { executionId: step.executionId })).result;
    expect(steps[0]).toMatchObject({ status: 'completed', output: { decision: 'approve' } });
  });

  test('200: idempotent and unknown-response are answers, while it waits and after the end', async () => {
    const step = await blocked();
    const unknown = { ...step, responseId: 'nobody-said-this' };
    expect((await record(unknown)).result).toEqual({
      recorded: false,
      aggregatorStatus: 'pending',
      resumeScheduled: false,
      rejectionReason: 'unknown-response',
    });
    await record(step);
    const after = { recorded: false, aggregatorStatus: 'resolved', resumeScheduled: false };
    expect((await record({ ...step, resolution: 'rejected' })).result).toEqual({
      ...after,
      rejectionReason: 'idempotent',
    });
    expect((await record(unknown)).result).toEqual({ ...after, rejectionReason: 'unknown-response' });
  });

  test('200: already-terminal, for a response that nobody resolved before the step ended', async () => {
    const step = await blocked();
    const { executionId, stepId } = step;
    await api.call('steps/resolve', { executionId, stepId, action: 'force-approve', actorId: 'lead' });
    const { recorded, rejectionReason } = (await record(step)).result;
    expect({ recorded, rejectionReason }).toEqual({ recorded: false, rejectionReason: 'already-terminal' });
  });

  test('400 for a human step and 404 for an unknown one', async () => {
    const { executionId, steps } = await api.waiting(await api.define(waitsFor('ada')), ['review']);
    const human = await record({ executionId, stepId: steps[0], responseId: 'any' });
    expect([human.http, human.error.status]).toEqual([400, 'FAILED_PRECONDITION']);
    const unknown = await record({ executionId, stepId: 'step_unknown', responseId: 'any' });
    expect([unknown.http, unknown.error.status]).toEqual([404, 'NOT_FOUND']);
  });

  test.each([
    ['another resolution', { resolution: 'approve' }],
    ['no response', { responseId: '' }],
    ['no actor', { actorId: '' }],
    ['an actor of 257 characters', { actorId: 'x'.repeat(257) }],
  ])('400: %s', async (_what, change) => {
    const { http, error } = await record({ executionId: 'exec_x', stepId: 's', responseId: 'r', ...change });
    expect([http, error.status]).toEqual([400, 'INVALID_ARGUMENT']);
  });
});

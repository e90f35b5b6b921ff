// What the API says of an execution that no worker ever took up, whatever else came to it.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import { SIGNAL } from '../../src/workflows/contract/messages';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { flowkerOf } from './dialects';
import { type ApiHarness, startApiHarness, startTestWorker } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const DECISION = { stepId: 'step_1', reviewerId: 'ada', decision: 'approve' };

async function dispatched() {
  const definitionId = await api.define();
  const { executionId } = (await api.call('executions/dispatch', { definitionId })).result;
  const caller = api.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (caller.kind !== 'ok') throw new Error('the harness has lost its workspace');
  const key = executionId.slice('exec_'.length);
  return {
    definitionId,
    executionId,
    handle: api.client.workflow.getHandle(executionWorkflowId(caller.workspace, key)),
  };
}

test('an execution that was cancelled and terminated in Temporal before any worker had it has failed, without steps', async () => {
  const { definitionId, executionId, handle } = await dispatched();
  await handle.cancel();
  await handle.terminate();
  const ended = { status: 'failed', failureReason: { code: 'terminated' }, steps: [] };

  const worker = await startTestWorker(api.config);
  try {
    expect((await api.call('executions/get', { executionId })).result).toMatchObject(ended);
    expect((await api.call('executions/getEvents', { executionId })).result).toMatchObject({
      events: [],
      nextCursor: 0,
    });
    expect((await api.call('executions/listDeliveries', { executionId })).result).toEqual({ items: [] });
    const changes = {
      'steps/recordReviewerDecision': DECISION,
      'steps/resolve': { stepId: 'step_1', action: 'force-approve', actorId: 'ada' },
      'steps/cancel': { stepId: 'step_1', actorId: 'ada' },
    };
    for (const [operation, data] of Object.entries(changes)) {
      const { http, error } = await api.call(operation, { executionId, ...data });
      expect([operation, http, error?.message]).toEqual([
        operation,
        404,
        'The execution has no step "step_1"; executions/get lists its steps.',
      ]);
    }
    const { http, json } = await eventually(
      () => flowkerOf(api)(`GET /v1/executions?workflowId=${definitionId}&status=failed`),
      (page) => page.http !== 200 || page.json.items.length > 0,
    );
    expect([http, json.items]).toEqual([200, [expect.objectContaining({ status: 'failed', currentStepNumber: 0 })]]);
  } finally {
    await worker.stop();
  }
});

test('an execution that no worker has had is pending, however many signals have come to it, and however many ask', async () => {
  const { executionId, handle } = await dispatched();
  for (let n = 0; n < 12; n++) await handle.signal(SIGNAL.reviewerDecision, DECISION);
  // More than Temporal holds queries for a worker.
  for (const path of ['executions/get', 'executions/getEvents', 'executions/listDeliveries']) {
    const answers = await Promise.all(Array.from({ length: 4 }, () => api.call(path, { executionId })));
    const nothingYet = {
      'executions/get': { status: 'pending', steps: [] },
      'executions/getEvents': { events: [], hasMore: false },
    }[path] ?? { items: [] };
    for (const { http, result, error } of answers) {
      expect([path, http, error?.message]).toEqual([path, 200, undefined]);
      expect(result).toMatchObject(nothingYet);
    }
  }
  await terminateLeftOpen(handle);
});

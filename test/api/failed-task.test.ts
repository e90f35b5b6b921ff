import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SIGNAL } from '../../src/workflows/contract/messages';
import { terminateLeftOpen } from '../support/left-open';
import { type ApiHarness, startApiHarness } from './harness';
import { handleOf, takenTask } from './taken-task';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

test('a read of an execution under which workers died time and again says: try again', async () => {
  const { executionId } = (await api.call('executions/dispatch', { definitionId: await api.define() })).result;
  const handle = handleOf(api, executionId);

  await api.client.workflowService.respondWorkflowTaskCompleted({
    ...(await takenTask(api, handle.workflowId)),
    commands: [],
  });
  await handle.signal(SIGNAL.reviewerDecision, { stepId: 'none', reviewerId: 'none', decision: 'approve' });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await api.client.workflowService.respondWorkflowTaskFailed({ ...(await takenTask(api, handle.workflowId)) });
  }

  const { http, headers, error } = await api.call('executions/get', { executionId });
  // Temporal refuses the query, or holds it until its time is up when the next attempt is due just then.
  const tryAgain = http === 504 ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE';
  expect([503, 504]).toContain(http);
  expect([error.status, headers.has('retry-after')]).toEqual([tryAgain, true]);
  await terminateLeftOpen(handle);
});

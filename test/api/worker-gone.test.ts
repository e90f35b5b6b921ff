// Reads of an execution whose worker has just gone: Temporal takes it for one that polls for a while yet.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { terminateLeftOpen } from '../support/left-open';
import { type ApiHarness, startApiHarness } from './harness';
import { handleOf, takenTask } from './taken-task';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

/** An execution that has run, and whose worker is gone. */
async function left() {
  const { executionId } = (await api.call('executions/dispatch', { definitionId: await api.define() })).result;
  const handle = handleOf(api, executionId);
  await api.client.workflowService.respondWorkflowTaskCompleted({
    ...(await takenTask(api, handle.workflowId)),
    commands: [],
  });
  return { handle, get: () => api.call('executions/get', { executionId }) };
}

test('a read that no worker has come for is UNAVAILABLE, and it is not said that there is none: one without a free place does not come either', async () => {
  const { handle, get } = await left();
  // The first one may be asked in the same second.
  await get();
  const { http, error } = await get();
  expect([http, error]).toEqual([
    503,
    {
      status: 'UNAVAILABLE',
      message: 'No worker came to answer: none is there, or all are busy; nothing was lost, try again.',
    },
  ]);
  await terminateLeftOpen(handle);
});

test('a read that a worker has taken, and does not answer, is DEADLINE_EXCEEDED', async () => {
  const { handle, get } = await left();
  await get();
  const [{ http, error }] = await Promise.all([get(), takenTask(api, handle.workflowId)]);
  expect([http, error.status]).toEqual([504, 'DEADLINE_EXCEEDED']);
  await terminateLeftOpen(handle);
});

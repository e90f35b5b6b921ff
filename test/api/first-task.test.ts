import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import { type ApiHarness, startApiHarness, startTestWorker } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const get = async (executionId: string) => (await api.call('executions/get', { executionId })).result;

test('a read that waits for the first workflow task leaves it whole, and sees what the quick agent did in it', async () => {
  const { executionId } = (await api.call('executions/dispatch', { definitionId: await api.define() })).result;
  expect(await get(executionId)).toMatchObject({ executionId, status: 'pending', steps: [] });

  const reading = (async () => {
    for (;;) {
      const { steps } = await get(executionId);
      if (steps.length > 0) return steps.map((step: any) => step.status);
    }
  })();
  const worker = await startTestWorker(api.config);
  try {
    expect(await reading).toEqual(['completed', 'waiting', 'waiting']);
    expect(await completedTasks(executionId)).toBe(1);
  } finally {
    await worker.stop();
  }
});

async function completedTasks(executionId: string): Promise<number> {
  const caller = api.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (caller.kind !== 'ok') throw new Error('the harness has lost its workspace');
  const workflowId = executionWorkflowId(caller.workspace, executionId.slice('exec_'.length));
  const { events } = await api.client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).filter((event) => event.workflowTaskCompletedEventAttributes).length;
}

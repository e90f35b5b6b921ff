import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import { SIGNAL } from '../../src/workflows/contract/messages';
import { type ApiHarness, startApiHarness } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

test('a read of an execution under which workers died time and again says: try again', async () => {
  const { executionId } = (await api.call('executions/dispatch', { definitionId: await api.define() })).result;
  const caller = api.config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (caller.kind !== 'ok') throw new Error('the harness has lost its workspace');
  const handle = api.client.workflow.getHandle(
    executionWorkflowId(caller.workspace, executionId.slice('exec_'.length)),
  );

  await api.client.workflowService.respondWorkflowTaskCompleted({
    ...(await takenTask(handle.workflowId)),
    commands: [],
  });
  await handle.signal(SIGNAL.reviewerDecision, { stepId: 'none', reviewerId: 'none', decision: 'approve' });
  for (let attempt = 1; attempt <= 4; attempt++) {
    await api.client.workflowService.respondWorkflowTaskFailed({ ...(await takenTask(handle.workflowId)) });
  }

  const { http, headers, error } = await api.call('executions/get', { executionId });
  // Temporal refuses the query, or holds it until its time is up when the next attempt is due just then.
  const tryAgain = http === 504 ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE';
  expect([503, 504]).toContain(http);
  expect([error.status, headers.has('retry-after')]).toEqual([tryAgain, true]);
  await handle.terminate();
});

/** What a worker would be given next of this workflow; the tasks of the definition's own come again later. */
async function takenTask(workflowId: string) {
  const { options, connection, workflowService } = api.client;
  const { namespace } = options;
  const poll = { namespace, identity: 'a worker that dies', taskQueue: { name: api.config.taskQueue } };
  for (;;) {
    const { taskToken, workflowExecution } = await connection.withDeadline(Date.now() + 60_000, () =>
      workflowService.pollWorkflowTaskQueue(poll),
    );
    if (taskToken && workflowExecution?.workflowId === workflowId) return { namespace, taskToken };
  }
}

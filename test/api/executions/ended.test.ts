import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { eventually } from '../../support/eventually';
import { resetToFirstTask } from '../../support/reset';
import { waitsFor } from '../definitions/sample';
import { conductorOf } from '../dialects';
import { type ApiHarness, startApiHarness, startTestWorker } from '../harness';

const { RESET_REAPPLY_EXCLUDE_TYPE_UPDATE, RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST } =
  temporal.api.enums.v1.ResetReapplyExcludeType;

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

const get = async (executionId: string) => (await api.call('executions/get', { executionId })).result;

/** How it is known in Temporal. */
async function workflowIdOf(definitionId: string): Promise<string> {
  const query = `DefinitionId = '${definitionId}' AND WorkflowType = 'execution'`;
  for (;;) for await (const { workflowId } of api.client.workflow.list({ query })) return workflowId;
}

const untilClosed = (workflowId: string) =>
  eventually(
    () => api.client.workflow.getHandle(workflowId).describe(),
    ({ status }) => status.name !== 'RUNNING',
  );

/** To the first workflow task, and without the cancel that came after it. */
const reset = (workflowId: string) =>
  resetToFirstTask(api.client, workflowId, [
    RESET_REAPPLY_EXCLUDE_TYPE_UPDATE,
    RESET_REAPPLY_EXCLUDE_TYPE_CANCEL_REQUEST,
  ]);

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

  test('is read again without a worker where its workflow closed with no view, its events too, and in a dialect', async () => {
    const worker = await startTestWorker(api.config);
    const conductor = conductorOf(api);
    const definitionId = await api.define(waitsFor('ada'));
    const { executionId } = await api.waiting(definitionId, ['review']);
    const path = `GET /api/workflow/${executionId}?includeTasks=true`;
    const events = async (page: object) => (await api.call('executions/getEvents', { executionId, ...page })).result;
    const read = async () => [
      await get(executionId),
      (await conductor(path)).json,
      await events({}),
      await events({ sinceSeq: 1, pageSize: 2 }),
    ];
    let shown: unknown[];
    try {
      await api.call('executions/cancel', { executionId, reason: 'nobody needs it' });
      await untilEnded(executionId);
      await untilClosed(await workflowIdOf(definitionId));
      shown = await read();
    } finally {
      await worker.stop();
    }
    expect(shown).toMatchObject([
      { status: 'cancelled' },
      { status: 'TERMINATED' },
      { hasMore: false },
      { hasMore: true },
    ]);
    expect(await read()).toEqual(shown);
  });

  test('is read as it goes on when an operator has reset it, and as it ended then', async () => {
    const worker = await startTestWorker(api.config);
    try {
      const definitionId = await api.define(waitsFor('ada'));
      const { executionId } = await api.waiting(definitionId, ['review']);
      await api.call('executions/cancel', { executionId });
      const workflowId = await workflowIdOf(definitionId);
      await untilClosed(workflowId);
      expect((await get(executionId)).status).toBe('cancelled');
      expect((await get(executionId)).status).toBe('cancelled');

      await reset(workflowId);
      expect((await get(executionId)).status).not.toBe('cancelled');
      await eventually(
        () => get(executionId),
        ({ steps }) => steps.length > 0,
      );
      await api.call('executions/cancel', { executionId });
      await untilClosed(workflowId);
      expect((await get(executionId)).status).toBe('cancelled');
    } finally {
      await worker.stop();
    }
  });
});

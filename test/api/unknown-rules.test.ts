// What callers hear of an execution that a newer release dispatched, where only workers of an earlier one run.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { startExecution } from '../../src/dispatch/start-execution';
import { readInput } from '../../src/temporal/first-event';
import { isTaskFailing } from '../../src/temporal/grpc';
import { readArgs, type Sent } from '../../src/workflows/contract/arguments';
import type { ExecutionArgs } from '../../src/workflows/contract/execution';
import { executionIdOf, executionWorkflowId } from '../../src/workflows/contract/ids';
import { eventually } from '../support/eventually';
import { conductorOf, flowkerOf } from './dialects';
import { type ApiHarness, startApiHarness, startTestWorker } from './harness';

const { CommandType } = temporal.api.enums.v1;

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness({ worker: false });
});
afterAll(() => api.close());

/** It ends by itself. */
const NOTED = { name: 'Noted', nodes: [{ nodeId: 'note', type: 'agent', config: { agentId: '__mock__' } }] };
const correlationId = 'corr_of-tomorrow';
const KEY = 'of-tomorrow';
/** Of nobody else on the server, which all test files share. */
const REVIEWER = 'rita-of-tomorrow';

test('a read of an execution that no worker here may take up says: try again, and it hides no others from a list', async () => {
  const { client, config } = api;
  const definitionId = await api.define(NOTED);
  await api.call('executions/dispatch', {
    definitionId,
    idempotencyKey: 'of-today',
    correlationId,
    triggerContext: { n: 1 },
  });
  const caller = config.apiKeys.authenticate('key-of-workspace-one', 'token-of-workspace-one');
  if (caller.kind !== 'ok') throw new Error('the harness has lost its workspace');
  const ofToday = { workflowId: executionWorkflowId(caller.workspace, 'of-today') };
  const [definition, context] = readArgs((await readInput(client, ofToday)) as Sent<ExecutionArgs>);
  await client.workflow.getHandle(ofToday.workflowId).terminate();

  const executionId = executionIdOf(KEY);
  const ofTomorrow = { ...context, idempotencyKey: KEY, executionId, sleepsOnMondays: true };
  const { taskQueue } = config;
  await startExecution(client, { taskQueue, definition, context: ofTomorrow, dispatchedAt: Date.now() });
  const { namespace } = client.options;
  // The tasks of the definition's own workflows come again later.
  const { taskToken } = await eventually(
    () => client.workflowService.pollWorkflowTaskQueue({ namespace, taskQueue: { name: taskQueue } }),
    ({ workflowExecution }) => workflowExecution?.workflowId === executionWorkflowId(caller.workspace, KEY),
  );
  // As it does when it waits for a person.
  const labels = { searchAttributes: { indexedFields: { PendingReviewers: searchable([REVIEWER]) } } };
  const commandType = CommandType.COMMAND_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES;
  const commands = [{ commandType, upsertWorkflowSearchAttributesCommandAttributes: labels }];
  await client.workflowService.respondWorkflowTaskCompleted({ namespace, taskToken, commands });
  await eventually(
    () =>
      client.workflow.count(
        `WorkflowType = 'execution' AND PendingReviewers = '${REVIEWER}' AND ExecutionStatus = 'Running'`,
      ),
    ({ count }) => count === 1,
  );

  const worker = await startTestWorker(config);
  for (const path of ['executions/get', 'executions/getEvents']) {
    // While the worker begins, the time of a call may run out before that.
    const { http, headers, error } = await eventually(
      () => api.call(path, { executionId }),
      (answer) => answer.http !== 504,
    );
    expect([path, http, error.status, headers.has('retry-after')]).toEqual([path, 503, 'UNAVAILABLE', true]);
  }
  const inbox = await api.call('reviews/list', { reviewerId: REVIEWER });
  expect([inbox.http, inbox.result]).toEqual([200, { items: [], nextCursor: null }]);

  const [conductor, flowker] = [conductorOf(api), flowkerOf(api)];
  await api.call('executions/dispatch', { definitionId, idempotencyKey: 'beside', correlationId });
  const isThere = async (path: string, read: (json: any) => any[]) => {
    const call = path.startsWith('/api') ? conductor : flowker;
    const { http, json } = await eventually(
      () => call(`GET ${path}`),
      (answer) => answer.http !== 200 || read(answer.json).length === 3,
    );
    expect([path, http]).toEqual([path, 200]);
    return read(json).find((one) => [one.workflowId, one.executionId].includes(executionId));
  };
  const inConductor = () =>
    isThere(
      `/api/workflow/${definitionId}/correlated/${correlationId}?includeClosed=true&includeTasks=true`,
      (all) => all,
    );
  const inFlowker = () => isThere(`/v1/executions?workflowId=${definitionId}`, ({ items }) => items);
  const handle = client.workflow.getHandle(executionWorkflowId(caller.workspace, KEY));
  const open = { status: 'RUNNING', input: { n: 1 }, correlationId, tasks: [], endTime: 0 };
  expect(await inConductor()).toMatchObject(open);
  expect(await inFlowker()).toMatchObject({ status: 'running', currentStepNumber: 0, totalSteps: 1 });
  // Its workflow tasks fail from then on, and Temporal asks no worker.
  await handle.signal('reviewerDecision', {});
  await eventually(
    () => client.withDeadline(Date.now() + 1_000, () => handle.query('view', { from: 0 })).catch((error) => error),
    (error) => isTaskFailing(error),
  );
  expect(await inConductor()).toMatchObject(open);
  await handle.terminate();
  await eventually(
    () => client.workflow.count(`WorkflowId = '${handle.workflowId}' AND ExecutionStatus = 'Terminated'`),
    ({ count }) => count === 1,
  );
  expect(await inConductor()).toMatchObject({ status: 'FAILED', tasks: [] });
  const ended = {
    status: 'failed',
    errorMessage: 'The execution was ended in Temporal (terminated), not by the engine.',
  };
  expect(await inFlowker()).toMatchObject(ended);
  await worker.stop();
}, 60_000);

function searchable(values: readonly string[]) {
  const { metadata, data } = defaultPayloadConverter.toPayload(values);
  return { data: data ?? null, metadata: { ...metadata, type: new TextEncoder().encode('KeywordList') } };
}

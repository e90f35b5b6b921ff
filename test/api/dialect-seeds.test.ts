// The requests of the two seeds as they are printed, run by curl through a shell; only server, token and ids are put in.
import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ApiHarness, CREDENTIALS, startApiHarness } from './harness';

let api: ApiHarness;
beforeAll(async () => {
  api = await startApiHarness();
});
afterAll(() => api.close());

const REVIEW = { name: 'Review', nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }] };

const withCurl = spawnSync('curl', ['--version']).status === 0 ? test : test.skip;

/** Runs the command; its output, and the HTTP status behind it. */
async function shell(command: string): Promise<{ body: string; http: number }> {
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -s -w '\\n%{http_code}'`]);
  const lines = stdout.split('\n');
  return { http: Number(lines.pop()), body: lines.join('\n') };
}

withCurl('conductor-execute-workflow: DemoWorkflow is started, and the answer is its bare id', async () => {
  await api.call('definitions/create', { ...REVIEW, definitionId: 'demoworkflow' });
  const printed = `curl -X 'POST' \\
'https://<YOUR-SERVER-URL>/api/workflow/DemoWorkflow?priority=0' \\
-H 'accept: text/plain' \\
-H 'X-Authorization: <TOKEN>' \\
-H 'Content-Type: application/json' \\
-d '{"input1": "someValue"}'`;
  const command = printed
    .replace('https://<YOUR-SERVER-URL>', api.url)
    .replace('<TOKEN>', CREDENTIALS.one['x-velt-auth-token']);
  const { http, body } = await shell(command);
  expect(http).toBe(200);
  expect(body).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

withCurl('flowker-execute-workflow: the example is created, and its replay is the same', async () => {
  const workflowId = 'a1b2c3d4-e5f6-7890-abcd-ef1234567890';
  await api.call('definitions/create', { ...REVIEW, definitionId: workflowId });
  const example = {
    inputData: {
      transactionId: 'txn-98765',
      amount: 1500,
      currency: 'BRL',
      customerId: 'cust-12345',
      message: 'Payment received',
    },
  };
  const command = `curl --request POST --url ${api.url}/v1/workflows/${workflowId}/executions \\
--header 'Content-Type: application/json' --header 'Idempotency-Key: ${randomUUID()}' \\
--header 'X-API-Key: ${CREDENTIALS.one['x-velt-api-key']}' --data '${JSON.stringify(example)}'`;
  const created = await shell(command);
  expect(created.http).toBe(201);
  expect(JSON.parse(created.body)).toMatchObject({ workflowId, status: 'pending' });
  const replay = await shell(command);
  expect(replay.http).toBe(200);
  expect(JSON.parse(replay.body).executionId).toBe(JSON.parse(created.body).executionId);
  const { result } = await api.call('executions/get', { executionId: `exec_${JSON.parse(created.body).executionId}` });
  expect(result.status).toBe('running');
});

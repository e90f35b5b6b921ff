// Races over two API processes' worth of clients: npm test plays some keys, `npm run test:dialect-races` a hundred.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningApi, startApi } from '../../src/api/start';
import { createLogger } from '../../src/logger';
import { createClient } from '../../src/temporal/connect';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import { eventually } from '../support/eventually';
import { conductorOf, type DialectCaller, flowkerOf } from './dialects';
import { type ApiHarness, startApiHarness } from './harness';

const KEYS = Number(process.env.RACE_KEYS ?? 3);
const AT_ONCE = 10;
const WAITING = {
  name: 'One reviewer',
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada'] } }],
};

let api: ApiHarness;
let second: { api: RunningApi; close(): Promise<void> };
let conductor: DialectCaller;
let definitionId: string;
beforeAll(async () => {
  api = await startApiHarness();
  second = await startSecondApi();
  conductor = conductorOf(api);
  definitionId = await api.define(WAITING);
});
afterAll(async () => {
  await second.close();
  await api.close();
});

/** Another API with a client of its own, as another process would be: nothing is shared but Temporal. */
async function startSecondApi() {
  const client = createClient(api.config.temporal);
  const running = await startApi({
    config: { ...api.config, port: 0 },
    client,
    logger: createLogger('silent', 'test'),
  });
  return {
    api: running,
    async close() {
      await running.close();
      await client.connection.close();
    },
  };
}

/** Ten starts at once with one key, half of them over each API. */
async function race(key: string, strategy: string) {
  const headers = { 'X-Idempotency-key': key, 'X-on-conflict': strategy };
  const starts = Array.from({ length: AT_ONCE }, (_, index) =>
    conductor(`POST /api/workflow/${definitionId}`, {
      body: { index },
      headers,
      url: index % 2 === 0 ? api.url : second.api.url,
    }),
  );
  const answers = await Promise.all(starts);
  return {
    started: answers.filter(({ http }) => http === 200).map(({ text }) => text),
    refused: answers.filter(({ http }) => http === 409).length,
  };
}

/** Until Temporal too has it as closed: how a start waits for that is shown elsewhere, and a slow machine needs longer. */
async function end(id: string): Promise<void> {
  await conductor(`DELETE /api/workflow/${id}`);
  const handle = api.client.workflow.getHandle(workflowIdOf(id));
  await eventually(
    () => handle.describe(),
    ({ status }) => status.name !== 'RUNNING',
  );
}
/** How many runs there are of the workflow id, so that no start was made that nobody was told of. */
async function runsOf(id: string): Promise<number> {
  let runs = 0;
  for await (const _ of api.client.workflow.list({ query: `WorkflowId = '${workflowIdOf(id)}'` })) runs++;
  return runs;
}
const workflowIdOf = (id: string) => {
  const { workspaces } = JSON.parse(readFileSync(api.config.apiKeysFile as string, 'utf8'));
  return executionWorkflowId(workspaces[0].workspace, id);
};

const keys = Array.from({ length: KEYS }, () => randomUUID());

describe(`${KEYS} keys, ${AT_ONCE} starts at once with each, over two APIs`, () => {
  test('RETURN_EXISTING: one start, and one id for all, while it runs and after its end', async () => {
    for (const key of keys.map((it) => `return-${it}`)) {
      const { started, refused } = await race(key, 'RETURN_EXISTING');
      expect([started.length, new Set(started).size, refused]).toEqual([AT_ONCE, 1, 0]);
      const [id = ''] = started;
      await end(id);
      expect(new Set((await race(key, 'RETURN_EXISTING')).started)).toEqual(new Set([id]));
    }
  }, 600_000);

  test('FAIL: one start, and 409 for all others, while it runs and after its end', async () => {
    for (const key of keys.map((it) => `fail-${it}`)) {
      const { started, refused } = await race(key, 'FAIL');
      expect([started.length, refused]).toEqual([1, AT_ONCE - 1]);
      await end(started[0] as string);
      expect(await race(key, 'FAIL')).toEqual({ started: [], refused: AT_ONCE });
    }
  }, 600_000);

  test('FAIL_ON_RUNNING: one start each time none runs, each with an id that stays its own', async () => {
    for (const key of keys.map((it) => `running-${it}`)) {
      const ids: string[] = [];
      for (let round = 0; round < 3; round++) {
        const { started, refused } = await race(key, 'FAIL_ON_RUNNING');
        expect([started.length, refused]).toEqual([1, AT_ONCE - 1]);
        expect(await race(key, 'FAIL_ON_RUNNING')).toEqual({ started: [], refused: AT_ONCE });
        ids.push(started[0] as string);
        // Each is found at once, by either API, also those before it.
        for (const id of ids) {
          const { json } = await conductor(`GET /api/workflow/${id}`, { url: second.api.url });
          expect([json.workflowId, json.status]).toEqual([id, id === started[0] ? 'RUNNING' : 'TERMINATED']);
        }
        await end(started[0] as string);
      }
      expect(new Set(ids).size).toBe(3);
      expect(await runsOf(ids[0] as string)).toBeLessThanOrEqual(3);
      expect((await race(key, 'RETURN_EXISTING')).started.every((id) => id === ids[2])).toBe(true);
    }
  }, 600_000);

  test('Flowker: 201 once, 200 for all others with the same id', async () => {
    const flowker = flowkerOf(api);
    for (const key of keys) {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, index) =>
          flowker(`POST /v1/workflows/${definitionId}/executions`, {
            body: { inputData: { index } },
            headers: { 'idempotency-key': key },
            url: index % 2 === 0 ? api.url : second.api.url,
          }),
        ),
      );
      expect(answers.map(({ http }) => http).sort()).toEqual([...Array(AT_ONCE - 1).fill(200), 201]);
      expect(new Set(answers.map(({ json }) => json.executionId)).size).toBe(1);
    }
  }, 600_000);
});

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { eventually } from '../../support/eventually';
import { conductorOf } from '../dialects';
import { type ApiHarness, startApiHarness } from '../harness';

const folder = mkdtempSync(join(tmpdir(), 'countersign-priority-'));
const taskQueue = `agents-${randomUUID()}`;
const AGENTS = { agents: { asked: { kind: 'taskQueue', taskQueue, activity: 'priorityOf' } } };

let api: ApiHarness;
let connection: NativeConnection;
let worker: Worker;
let ended: Promise<void>;
beforeAll(async () => {
  const path = join(folder, 'agents.json');
  writeFileSync(path, JSON.stringify(AGENTS));
  api = await startApiHarness({ env: { AGENTS_FILE: path } });
  connection = await NativeConnection.connect(api.config.temporal.connection);
  // An agent that says with which priority it was asked for.
  const activities = { priorityOf: async () => ({ priorityKey: Context.current().info.priority?.priorityKey ?? 3 }) };
  worker = await Worker.create({ connection, namespace: api.config.temporal.namespace, taskQueue, activities });
  ended = worker.run();
});
afterAll(async () => {
  worker.shutdown();
  await ended;
  await connection.close();
  await api.close();
  rmSync(folder, { recursive: true });
});

test.each([
  [0, 3],
  [20, 2],
  [80, 1],
])(
  'the agents of a workflow with priority %i are asked for with priority %i of Temporal',
  async (priority, priorityKey) => {
    const agent = { nodeId: 'asked', type: 'agent', config: { agentId: 'asked' } };
    const name = await api.define({ name: 'Asked', nodes: [agent] });
    const conductor = conductorOf(api);
    const { text } = await conductor(`POST /api/workflow/${name}?priority=${priority}`, { body: {} });
    const { output } = await eventually(
      async () => (await conductor(`GET /api/workflow/${text}`)).json,
      ({ status }) => status !== 'RUNNING',
    );
    expect(output).toMatchObject({ priorityKey });
  },
);

// `npm run topology:restore`: a backup of a working set-up by pg_dump, put into an empty PostgreSQL; what was acknowledged
// before the dump must be there and go on. Ends with code 1 when it does not (docs/operations.md).
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type DemoClient, demoClient } from '../../src/dev/demo-client';
import { startApp } from './app';
import { postgresFolder } from './binaries';
import { startTopology, type Topology } from './topology';

const run = promisify(execFile);
const say = (line: string) => void process.stdout.write(`${line}\n`);
/** Of Temporal, by names that docker-compose.yml fixes. */
const DATABASES = ['temporal', 'temporal_visibility'] as const;
const EXECUTIONS = 60;
const DEFINITION = {
  definitionId: 'restored',
  name: 'Draft, two reviews, publish',
  nodes: [
    { nodeId: 'draft', type: 'agent', config: { agentId: 'copy-agent-v1' } },
    { nodeId: 'first', type: 'human', config: { reviewers: [{ userId: 'ada', mandatory: true }] } },
    { nodeId: 'second', type: 'human', config: { reviewers: [{ userId: 'ben', mandatory: true }] } },
    { nodeId: 'publish', type: 'agent', config: { agentId: 'publish-agent-v1' } },
  ],
  edges: [
    { from: 'draft', to: 'first' },
    { from: 'first', to: 'second', on: 'approve' },
    { from: 'second', to: 'publish', on: 'approve' },
  ],
};

/** How far an execution had come when the dump began, and what is owed of it. */
type Stage = 'open' | 'half' | 'completed';
const STAGES: readonly Stage[] = ['open', 'half', 'completed'];
const stageOf = (index: number): Stage => STAGES[index % STAGES.length] ?? 'open';
const keyOf = (index: number): string => `before-${index}`;

const faults: string[] = [];
const mustBe = (what: string, found: unknown, wanted: unknown): void => {
  if (found !== wanted) faults.push(`${what}: ${String(found)}, and must be ${String(wanted)}`);
};

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-restore-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

  const plain = { say, dataDir: null, temporalPort: null, dynamicConfig: [] };
  const first = await startTopology(plain);
  const after = await using(first, async (client) => {
    await client.createDefinition(DEFINITION);
    await atATime(8, EXECUTIONS, (index) => bring(client, keyOf(index), stageOf(index)));
    say(`${EXECUTIONS} executions: a third open, a third half decided, a third completed. Dumping while more come ...`);
    return whileMoreCome(client, () => dumped(first.postgresUrl, folder));
  });
  await first.stop();
  say(`The set-up is gone; ${after.length} executions came after the dump was made.`);

  const second = await startTopology({ ...plain, restore: (url) => restored(url, folder) });
  await using(second, async (client) => {
    await atATime(8, EXECUTIONS, (index) => goesOn(client, keyOf(index), stageOf(index)));
    for (const key of after)
      mustBe(`${key}, from after the dump, is there`, (await dispatch(client, key)).deduplicated, false);
    await bring(client, 'afterwards', 'completed');
  });
  await second.stop();
  removeFolder();
  for (const fault of faults) say(`WRONG ${fault}`);
  if (faults.length === 0)
    say(`All ${EXECUTIONS} executions were there and went on to their ends; keys count as before.`);
}

const dispatch = (client: DemoClient, key: string) =>
  client.dispatch({ definitionId: DEFINITION.definitionId, idempotencyKey: key });

async function bring(client: DemoClient, key: string, stage: Stage): Promise<void> {
  const { executionId } = await dispatch(client, key);
  await waiting(client, executionId, 'first');
  if (stage === 'open') return;
  await decide(client, executionId, 'first', 'ada');
  const second = await waiting(client, executionId, 'second');
  mustBe(`${key}: the second review`, second, true);
  if (stage === 'completed') await complete(client, executionId);
}

/** From where the dump found it; what had been decided before must not be asked again. */
async function goesOn(client: DemoClient, key: string, stage: Stage): Promise<void> {
  const { executionId, deduplicated } = await dispatch(client, key);
  mustBe(`${key} is known`, deduplicated, true);
  const { status, steps } = await client.get(executionId);
  mustBe(`${key}, ${stage}: its status`, status, stage === 'completed' ? 'completed' : 'running');
  const isDecided = steps.some((step) => step.nodeId === 'first' && step.status === 'completed');
  mustBe(`${key}, ${stage}: its first decision is there`, isDecided, stage !== 'open');
  if (stage === 'open') await decide(client, executionId, 'first', 'ada');
  if (stage !== 'completed') await complete(client, executionId);
}

async function complete(client: DemoClient, executionId: string): Promise<void> {
  await decide(client, executionId, 'second', 'ben');
  for (;;) {
    const { status, steps } = await client.get(executionId);
    if (status === 'running') {
      await sleep(100);
      continue;
    }
    mustBe(`${executionId}: its end`, status, 'completed');
    mustBe(`${executionId}: its steps`, steps.length, DEFINITION.nodes.length);
    return;
  }
}

async function decide(client: DemoClient, executionId: string, nodeId: string, reviewerId: string): Promise<void> {
  await waiting(client, executionId, nodeId);
  const { steps } = await client.get(executionId);
  const stepId = steps.find((step) => step.nodeId === nodeId)?.stepId;
  const { recorded } = await client.decide({ executionId, stepId, reviewerId, decision: 'approve' });
  mustBe(`${executionId}: the decision on ${nodeId} is recorded`, recorded, true);
}

/** Asks again until it waits for a decision; false when the execution ended without. */
async function waiting(client: DemoClient, executionId: string, nodeId: string): Promise<boolean> {
  for (;;) {
    const { status, steps } = await client.get(executionId);
    if (steps.some((step) => step.nodeId === nodeId && step.status === 'waiting')) return true;
    if (status !== 'running') return false;
    await sleep(100);
  }
}

/** Gives the keys of executions that were acknowledged after `work` had ended; some come during it, too. */
async function whileMoreCome(client: DemoClient, work: () => Promise<void>): Promise<string[]> {
  const after: string[] = [];
  let isDone = false;
  const coming = (async () => {
    for (let index = 0; after.length < 5; index++) {
      const isAfter = isDone;
      await bring(client, `later-${index}`, 'completed');
      if (isAfter) after.push(`later-${index}`);
    }
  })();
  await work();
  isDone = true;
  await coming;
  return after;
}

async function dumped(postgresUrl: string, folder: string): Promise<void> {
  for (const database of DATABASES) {
    const startedAt = Date.now();
    await run(tool('pg_dump'), ['--format=custom', `--file=${dumpOf(folder, database)}`, urlOf(postgresUrl, database)]);
    const kilobytes = Math.round(statSync(dumpOf(folder, database)).size / 1024);
    say(`  pg_dump ${database}: ${kilobytes} KB in ${Date.now() - startedAt} ms`);
  }
}

/** The first of them is there, empty, as the image makes it. */
async function restored(postgresUrl: string, folder: string): Promise<void> {
  for (const database of DATABASES) {
    const startedAt = Date.now();
    if (database !== 'temporal') await run(tool('psql'), [postgresUrl, '-c', `CREATE DATABASE ${database}`]);
    await run(tool('pg_restore'), [
      '--exit-on-error',
      `--dbname=${urlOf(postgresUrl, database)}`,
      dumpOf(folder, database),
    ]);
    say(`  pg_restore ${database}: ${Date.now() - startedAt} ms`);
  }
}

const tool = (name: string): string => join(postgresFolder(), name);
const dumpOf = (folder: string, database: string): string => join(folder, `${database}.dump`);
const urlOf = (postgresUrl: string, database: string): string => postgresUrl.replace(/[^/]+$/, database);

/** An API and a worker for the length of `work`. */
async function using<T>({ address }: Topology, work: (client: DemoClient) => Promise<T>): Promise<T> {
  const app = await startApp(address);
  try {
    return await work(demoClient(app.url));
  } finally {
    await app.stop();
  }
}

async function atATime(width: number, count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

main().then(
  () => process.exit(faults.length === 0 ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

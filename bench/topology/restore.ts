// `npm run topology:restore`: a backup of a working set-up, by pg_dump or (`-- --way log`) by a base backup and its log, put
// into another PostgreSQL; what was acknowledged before must be there and go on. Ends with code 1 when it does not
// (docs/operations.md).
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionView } from '../../src/engine/view';
import { apiClient } from '../api-client';
import { atATime } from '../at-a-time';
import { FlagError, orExit, readFlags } from '../flags';
import type { Journal } from '../journal';
import { randomOf } from '../random';
import { startApp } from './app';
import { BACKUPS } from './backups';
import { startTopology, type Topology } from './topology';

const say = (line: string) => void process.stdout.write(`${line}\n`);
const EXECUTIONS = 60;
/** Further ones, after the moment that is gone back to. */
const TOO_LATE = 5;
const AT_ONCE = 8;
const POLL_MS = 100;
const WORK_MS_MAX = 300_000;
const NO_JOURNAL: Journal = { entries: [], add: () => undefined, close: () => undefined };
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

function readWay() {
  const { way: name } = readFlags({ options: { way: { type: 'string', default: 'dump' } } });
  const way = BACKUPS[name];
  if (!way) throw new FlagError(`--way may be ${Object.keys(BACKUPS).join(' or ')}.`);
  return way;
}

async function main(): Promise<void> {
  const way = orExit(readWay);
  const folder = mkdtempSync(join(tmpdir(), 'countersign-restore-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

  const backup = way(folder, say);
  const plain = { say, dataDir: null, temporalPort: null, dynamicConfig: [] };
  const first = await startTopology(plain);
  const tooLate = Array.from({ length: TOO_LATE }, (_, index) => `too-late-${index}`);
  const after = await using(first, async (call) => {
    await call('definitions/create', DEFINITION);
    await atATime(AT_ONCE, EXECUTIONS, (index) => bring(call, keyOf(index), stageOf(index)));
    say(
      `${EXECUTIONS} executions: a third open, a third half decided, a third completed. A backup while more come ...`,
    );
    const came = await whileMoreCome(call, () => backup.take(first));
    await backup.mark(first);
    for (const key of tooLate) await bring(call, key, 'completed');
    return came;
  });
  await first.stop();
  const [kept, gone] = backup.goesOn ? [after, tooLate] : [[], [...after, ...tooLate]];
  say(
    `The set-up is gone; of what came after the backup ${kept.length} executions must be there, ${gone.length} must not.`,
  );

  const second = await startTopology({ ...plain, ...(await backup.restored()) });
  await using(second, async (call) => {
    await atATime(AT_ONCE, EXECUTIONS, (index) => goesOn(call, keyOf(index), stageOf(index)));
    await areListed(call);
    for (const key of kept) await goesOn(call, key, 'completed');
    for (const key of gone) {
      mustBe(`${key}, which came too late`, (await call('executions/get', { executionId: `exec_${key}` })).http, 404);
      await bring(call, key, 'completed');
    }
  });
  await second.stop();
  removeFolder();
  for (const fault of faults) say(`WRONG ${fault}`);
  if (faults.length === 0)
    say(
      `All ${EXECUTIONS + kept.length} executions were there, knew their decisions, and went on to their ends; keys count as before.`,
    );
}

async function bring(call: Call, key: string, stage: Stage): Promise<void> {
  const { executionId } = await dispatch(call, key);
  await decide(call, executionId, 'first', 'ada', stage !== 'open');
  await waitFor(call, executionId, stage === 'open' ? 'first' : 'second');
  if (stage === 'completed') await complete(call, key, executionId);
}

/** From where the dump found it; what had been decided before must not be asked again. */
async function goesOn(call: Call, key: string, stage: Stage): Promise<void> {
  const executionId = `exec_${key}`;
  const { status, steps } = await view(call, executionId);
  mustBe(`${key}, ${stage}: its status`, status, stage === 'completed' ? 'completed' : 'running');
  const isDecided = steps.some((step) => step.nodeId === 'first' && step.status === 'completed');
  mustBe(`${key}, ${stage}: its first decision is there`, isDecided, stage !== 'open');
  mustBe(`${key}: is known`, (await dispatch(call, key)).deduplicated, true);
  if (stage === 'completed') return;
  await decide(call, executionId, 'first', 'ada', stage === 'open');
  await complete(call, key, executionId);
}

async function complete(call: Call, key: string, executionId: string): Promise<void> {
  await decide(call, executionId, 'second', 'ben', true);
  let seen = await view(call, executionId);
  for (; seen.status === 'running'; seen = await view(call, executionId)) await sleep(POLL_MS);
  mustBe(`${key}: its end`, seen.status, 'completed');
  mustBe(`${key}: its steps`, seen.steps.length, DEFINITION.nodes.length);
}

async function decide(call: Call, executionId: string, nodeId: string, reviewerId: string, isDue: boolean) {
  if (!isDue) return;
  const stepId = await waitFor(call, executionId, nodeId);
  await call('steps/recordReviewerDecision', { executionId, stepId, reviewerId, decision: 'approve' });
}

/** Asks until it waits for a decision, and gives the step. */
async function waitFor(call: Call, executionId: string, nodeId: string): Promise<string> {
  for (;;) {
    const { steps } = await view(call, executionId);
    const step = steps.find((it) => it.nodeId === nodeId && it.status === 'waiting');
    if (step) return step.stepId;
    await sleep(POLL_MS);
  }
}

async function view(call: Call, executionId: string): Promise<ExecutionView> {
  const { http, result } = await call('executions/get', { executionId });
  if (http !== 200) throw new Error(`${executionId} cannot be read: ${http}`);
  return result as ExecutionView;
}

async function dispatch(call: Call, key: string): Promise<{ executionId: string; deduplicated: boolean }> {
  const { http, result } = await call('executions/dispatch', {
    definitionId: DEFINITION.definitionId,
    idempotencyKey: key,
  });
  if (http !== 200) throw new Error(`${key} cannot be dispatched: ${http}`);
  return result as { executionId: string; deduplicated: boolean };
}

/** Gives the keys of executions that were acknowledged after `work` had ended; some come during it, too. */
async function whileMoreCome(call: Call, work: () => Promise<void>): Promise<string[]> {
  const after: string[] = [];
  let isDone = false;
  const coming = (async () => {
    for (let index = 0; after.length < 5; index++) {
      const isAfter = isDone;
      await bring(call, `later-${index}`, 'completed');
      if (isAfter) after.push(`later-${index}`);
    }
  })();
  await work();
  isDone = true;
  await coming;
  return after;
}

/** Lists come from the other database. */
async function areListed(call: Call): Promise<void> {
  const { result } = await call('executions/list', { definitionId: DEFINITION.definitionId, pageSize: 500 });
  const { items } = result as { readonly items: readonly { readonly idempotencyKey: string }[] };
  const listed = new Set(items.map(({ idempotencyKey }) => idempotencyKey));
  const found = Array.from({ length: EXECUTIONS }, (_, index) => keyOf(index)).filter((key) => listed.has(key));
  mustBe('how many of the executions are listed', found.length, EXECUTIONS);
}

/** One request, asked again as long as the answer is 503 or 504. */
type Call = (operation: string, data: object) => Promise<{ readonly http: number | null; readonly result: unknown }>;

/** An API and a worker for the length of `work`. */
async function using<T>({ address }: Topology, work: (call: Call) => Promise<T>): Promise<T> {
  const app = await startApp(address);
  const client = apiClient([app.url], NO_JOURNAL, AbortSignal.timeout(WORK_MS_MAX));
  const random = randomOf(0, 'restore');
  try {
    return await work((operation, data) => client.until(random, operation, { ...data }));
  } finally {
    await client.close();
    await app.stop();
  }
}

main().then(
  () => process.exit(faults.length === 0 ? 0 : 1),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);

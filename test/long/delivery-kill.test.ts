// `npm run test:delivery-kill`: Temporal, worker and API die by kill -9 between an event and its 2xx, time and again.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isOfNamedServer } from '../../src/config/temporal-target';
import { freePort } from '../../src/temporal/free-port';
import { answer, type Receiver, SECRET, startScriptedReceiver } from '../delivery/receiver';

const ROUNDS = 10;
const EXECUTIONS_PER_ROUND = 30;
const HEADERS = {
  'content-type': 'application/json',
  'x-velt-api-key': 'dev-api-key',
  'x-velt-auth-token': 'dev-auth-token',
};

let folder: string;
let receiver: Receiver;
let env: NodeJS.ProcessEnv;
let server: ChildProcess;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
  receiver = await startScriptedReceiver();
  env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOfNamedServer(name))),
    PORT: String(await freePort()),
    DATA_DIR: folder,
    TEMPORAL_PORT: String(await freePort()),
    TEMPORAL_UI_PORT: String(await freePort()),
    TEMPORAL_CLI_PATH: process.env.COUNTERSIGN_TEST_CLI ?? process.env.TEMPORAL_CLI_PATH ?? '',
    OUTBOUND_ALLOW: `127.0.0.1:${receiver.port}`,
    LOG_LEVEL: 'error',
  };
});
afterAll(async () => {
  if (server?.exitCode === null && server.signalCode === null) {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await ended;
  }
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

async function start(): Promise<void> {
  server = spawn(process.execPath, [join(__dirname, '../../dist/main.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stdout?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('Countersign is ready')) resolve();
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
}

/** The process with API and worker, and its Temporal server, both at once and without a word. */
async function killAll(): Promise<void> {
  const { pid = 0 } = server;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
  const ended = new Promise((resolve) => server.once('exit', resolve));
  for (const id of [pid, ...children.map(Number)]) process.kill(id, 'SIGKILL');
  await ended;
}

async function call(path: string, data: object): Promise<any> {
  const response = await fetch(`http://127.0.0.1:${env.PORT}/v2/workflow/${path}`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ data }),
  });
  return response.json();
}

/** Asks until there is an answer: what was acknowledged must stand, what was not may be asked again. */
async function dispatch(idempotencyKey: string, webhook: object): Promise<void> {
  for (;;) {
    const answered = await call('executions/dispatch', { definitionId: 'killed', idempotencyKey, ...webhook }).catch(
      () => null,
    );
    if (answered?.result) return;
    await sleep(100);
  }
}

test('every event arrives, and none is changed, though everything dies ten times between event and 2xx', async () => {
  await start();
  const agent = { nodeId: 'a', type: 'agent', config: { agentId: '__mock__' } };
  await call('definitions/create', { definitionId: 'killed', name: 'Killed', nodes: [agent], edges: [] });
  const keys: string[] = [];
  let deaths = 0;
  for (let round = 0; round < ROUNDS; round++) {
    let requested: () => void = () => {};
    const firstRequest = new Promise<void>((resolve) => {
      requested = resolve;
    });
    // The request is there and read, and its answer never comes.
    const webhookUrl = receiver.script('/hook', () => requested());
    const webhook = { webhookUrl, webhookSecret: SECRET };
    const mine = Array.from({ length: EXECUTIONS_PER_ROUND }, (_, index) => `kill-${round}-${index}`);
    keys.push(...mine);
    const dispatched = Promise.all(mine.map((key) => dispatch(key, webhook)));
    await firstRequest;
    await killAll();
    deaths += 1;
    receiver.script('/hook', answer(200));
    await start();
    await dispatched;
  }
  expect(deaths).toBe(ROUNDS);

  for (const key of keys) {
    for (;;) {
      const { items = [] } = (await call('executions/listDeliveries', { executionId: `exec_${key}` })).result ?? {};
      if (items.length === 3 && items.every((item: any) => item.status === 'delivered')) break;
      await sleep(100);
    }
  }
  const received = receiver.at('/hook');
  const bodies = new Map<string, Set<string>>();
  for (const { eventId, body } of received) bodies.set(eventId, (bodies.get(eventId) ?? new Set()).add(body));
  expect(bodies.size).toBe(3 * keys.length);
  expect([...bodies.values()].filter((different) => different.size > 1)).toEqual([]);
  process.stdout.write(
    `${keys.length} executions, ${deaths} deaths, ${bodies.size} events, ${received.length} requests: none lost, none changed\n`,
  );
}, 900_000);

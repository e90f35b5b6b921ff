// The processes under measurement: one Temporal server, and for each variant an API and a worker of its own; or, for DBOS,
// a PostgreSQL and one process.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { temporal as temporalProto } from '@temporalio/proto';
import { startEmbeddedTemporal } from '../src/dev/embedded-temporal';
import { findTemporalCli } from '../src/dev/temporal-cli';
import { freePort } from '../src/temporal/free-port';
import { ensureSearchAttributes } from '../src/temporal/search-attributes';
import { cpuMsOf } from './cpu';
import { type Database, startDatabase } from './dbos/database';

type TemporalVariantName = 'ours' | 'hand-written';
/** The last is ours with a receiver of webhooks. */
export type VariantName = TemporalVariantName | 'dbos' | 'webhooks';

export interface Variant {
  readonly name: VariantName;
  readonly apiUrl: string;
  readonly workflowIdOf: (key: string) => string;
  /** What is dispatched tells this receiver of everything. */
  readonly webhookUrl?: string;
  /** API and worker; only the API where it runs the workflows too. */
  readonly pids: readonly [api: number, ...worker: number[]];
  /** Milliseconds of CPU so far of the server behind it: Temporal's with its database, or PostgreSQL. */
  serverCpuMs(): number;
  /** Ends the worker and starts another; `pids` names that one then. Resolves when it polls. */
  restartWorker(): Promise<void>;
}

export interface Stage {
  readonly address: string;
  readonly dataDir: string;
  temporalPid(): number;
  readonly variants: readonly Variant[];
  /** Null when no variant needs one. */
  readonly database: Database | null;
  /** Ends everything that was started; a signal that ends this process does so too. */
  close(): Promise<void>;
}

const ROOT = join(__dirname, '..', '..');
/** What the processes said stays after the run. */
const LOGS = join(ROOT, '.cache', 'bench');
const NODE_OPTIONS = process.argv.includes('--profile')
  ? ['--cpu-prof', `--cpu-prof-dir=${join(ROOT, '.cache', 'profiles')}`]
  : [];

const SCRIPTS: Readonly<Record<TemporalVariantName, readonly [api: string, worker: string]>> = {
  ours: ['dist/api/main.js', 'dist/worker/main.js'],
  'hand-written': ['dist-bench/bench/hand-written/facade.js', 'dist-bench/bench/hand-written/worker.js'],
};

export async function setTheStage(
  say: (line: string) => void,
  names: readonly Exclude<VariantName, 'webhooks'>[] = ['ours', 'hand-written'],
  outboundAllow = '',
): Promise<Stage> {
  mkdirSync(LOGS, { recursive: true });
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const cliPath = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say });
  const ports = { port: await freePort(), uiPort: await freePort() };
  const temporal = await startEmbeddedTemporal({ cliPath, dataDir, namespace: 'default', say, ...ports });
  const children: ChildProcess[] = [];
  let database: Database | null = null;
  const endAll = async () => {
    for (const child of children) child.kill('SIGTERM');
    await Promise.all(children.map(ended));
    await database?.stop();
    await temporal.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  let closing: Promise<void> | null = null;
  const close = () => {
    closing ??= endAll();
    return closing;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void close().then(() => process.exit(130)));
  }
  const start = (name: string, script: string, env: NodeJS.ProcessEnv): ChildProcess => {
    const child = spawn(process.execPath, [...NODE_OPTIONS, join(ROOT, script)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(LOGS, `${name}.log`));
    child.stdout?.pipe(log);
    child.stderr?.pipe(process.stderr);
    children.push(child);
    return child;
  };
  try {
    const connection = await Connection.connect({ address: temporal.address });
    await ensureSearchAttributes(connection, 'default');
    await connection.close();
    const shared = {
      TEMPORAL_ADDRESS: temporal.address,
      DATA_DIR: dataDir,
      NODE_ENV: 'development',
      LOG_LEVEL: 'warn',
      RATE_LIMIT: 'off',
      OUTBOUND_ALLOW: outboundAllow,
    };
    const temporalPid = () => temporal.pid() ?? 0;
    const onTemporal = async (name: TemporalVariantName): Promise<Variant> => {
      const env = { ...shared, PORT: String(await freePort()), TASK_QUEUE: `bench-${name}` };
      const prefix = name === 'ours' ? 'execution/dev/' : 'hand/';
      const api = start(`${name}-api`, SCRIPTS[name][0], env);
      const startWorker = () => start(`${name}-worker`, SCRIPTS[name][1], env);
      let worker = startWorker();
      return {
        name,
        apiUrl: `http://127.0.0.1:${env.PORT}`,
        workflowIdOf: (key) => `${prefix}${key}`,
        get pids() {
          return [api.pid ?? 0, worker.pid ?? 0] as const;
        },
        serverCpuMs: () => cpuMsOf(temporalPid()),
        async restartWorker() {
          worker.kill('SIGTERM');
          await ended(worker);
          worker = startWorker();
          while (!(await isPolled(temporal.address, env.TASK_QUEUE, worker))) await sleep(50);
        },
      };
    };
    const onDbos = async ({ url, cpuMs }: Database): Promise<Variant> => {
      const env = { DATABASE_URL: url, PORT: String(await freePort()) };
      const { pid = 0 } = start('dbos', 'dist-bench/bench/dbos/facade.js', env);
      return {
        name: 'dbos',
        apiUrl: `http://127.0.0.1:${env.PORT}`,
        workflowIdOf: (key) => `exec_${key}`,
        pids: [pid],
        serverCpuMs: cpuMs,
        restartWorker: () => Promise.reject(new Error('DBOS has no worker of its own')),
      };
    };
    if (names.includes('dbos')) database = await startDatabase();
    const variant = (name: Exclude<VariantName, 'webhooks'>) =>
      name === 'dbos' ? onDbos(database as Database) : onTemporal(name);
    const variants = await Promise.all(names.map(variant));
    return { address: temporal.address, dataDir, temporalPid, variants, database, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** As the server says it, with that of its UI. */
export const temporalVersion = ({ temporalPid }: Stage): string =>
  execFileSync(`/proc/${temporalPid()}/exe`, ['--version'], { encoding: 'utf8' }).trim();

const LOOK_MS = 50;

/** Until the API of each variant says that it is ready. */
export async function untilReady({ variants }: Stage): Promise<void> {
  for (const { apiUrl } of variants) {
    const isReady = () =>
      fetch(`${apiUrl}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) await sleep(LOOK_MS);
  }
}

async function isPolled(address: string, taskQueue: string, { pid }: ChildProcess): Promise<boolean> {
  const connection = await Connection.connect({ address });
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace: 'default',
    taskQueue: { name: taskQueue },
    taskQueueType: temporalProto.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  });
  await connection.close();
  return pollers?.some(({ identity }) => identity?.startsWith(`${pid}@`)) === true;
}

async function ended(child: ChildProcess): Promise<void> {
  for (let waited = 0; child.exitCode === null && child.signalCode === null; waited += 50) {
    if (waited > 10_000) child.kill('SIGKILL');
    await sleep(50);
  }
}

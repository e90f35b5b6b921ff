// Starts our processes as a user does, watches what they print, and ends them with all that they started.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { lookUpProcess } from '../../src/dev/process-table';
import { freePort } from '../../src/temporal/free-port';

const ROOT = resolve(__dirname, '../..');

export interface Place {
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly temporalAddress: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A data folder and ports that nobody else on this machine uses. When the test run is given a Temporal server (`npm run
 * test:postgres`), the place is a namespace of it, and its processes start none.
 */
export async function newPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  folders.push(dataDir);
  const [port, temporalPort, uiPort] = await Promise.all([freePort(), freePort(), freePort()]);
  return {
    dataDir,
    apiUrl: `http://127.0.0.1:${port}`,
    temporalAddress: `127.0.0.1:${temporalPort}`,
    env: {
      DATA_DIR: dataDir,
      PORT: String(port),
      TEMPORAL_PORT: String(temporalPort),
      TEMPORAL_UI_PORT: String(uiPort),
      ...(await namespaceOfRun()),
    },
  };
}

async function namespaceOfRun(): Promise<Readonly<Record<string, string>>> {
  const address = process.env.COUNTERSIGN_E2E_TEMPORAL;
  if (!address) return {};
  const namespace = `e2e-${randomUUID()}`;
  const connection = await Connection.connect({ address });
  try {
    const workflowExecutionRetentionPeriod = msToTs('1 day');
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod });
    // The server hears of it when it reads its namespaces anew.
    await until(() =>
      connection.workflowService.countWorkflowExecutions({ namespace }).then(
        () => true,
        () => false,
      ),
    );
  } finally {
    await connection.close();
  }
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
}

export interface Started {
  readonly pid: number;
  /** What it printed so far, both streams. */
  output(): string;
  /** Resolves when this was printed, `count` times in all; rejects when the process ends without it. */
  printed(pattern: RegExp, count?: number): Promise<void>;
  /** The exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** To all of its process group, as a terminal does. */
  signal(name: NodeJS.Signals): void;
  /** Whether any process of its group is there. */
  isThere(): boolean;
}

const all: Started[] = [];
const folders: string[] = [];

export const npmStart = (env: Place['env']): Started => start('npm', ['start', '--silent'], env);
export const startNode = (script: string, env: Place['env'], args: readonly string[] = []): Started =>
  start(process.execPath, [join(ROOT, script), ...args], env);

function start(file: string, args: readonly string[], env: Place['env']): Started {
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...inherited(), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const started = watch(child);
  all.push(started);
  return started;
}

/** Nothing of the test run's own settings reaches the processes. */
function inherited(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(TEMPORAL_(?!CLI_PATH)|COUNTERSIGN_|JEST_|npm_)/.test(name),
  );
  return { ...Object.fromEntries(kept), NODE_ENV: 'development', LOG_LEVEL: 'warn' };
}

function watch(child: ChildProcess): Started {
  const pid = child.pid as number;
  let text = '';
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      tell();
    });
  }
  let outcome: number | string | null = null;
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      outcome = code ?? signal ?? 'unknown';
      tell();
      resolve(outcome);
    });
  });
  return {
    pid,
    ended,
    output: () => text,
    printed: (pattern, count = 1) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if ((text.match(new RegExp(pattern, 'g')) ?? []).length >= count) resolve();
          else if (outcome !== null) reject(new Error(`ended with ${outcome} before it printed ${pattern}:\n${text}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
    signal: (name) => void send(-pid, name),
    isThere: () => send(-pid, 0),
  };
}

function send(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export const isAlive = (pid: number): boolean => lookUpProcess(pid) !== null;

export function killOne(pid: number): void {
  send(pid, 'SIGKILL');
}

/** The process id of the embedded Temporal server of a data folder. */
export const temporalPid = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'temporal.pid'), 'utf8').split(' ')[0]);

/** Kills everything at once: the process group, and the embedded server, if it has one, which has a group of its own. */
export async function killTree(started: Started, { dataDir, env }: Place): Promise<void> {
  const server = env.TEMPORAL_ADDRESS ? null : temporalPid(dataDir);
  started.signal('SIGKILL');
  if (server !== null) send(server, 'SIGKILL');
  await started.ended;
  if (server !== null) await until(() => !isAlive(server));
}

/** For afterAll: nothing that a test file started outlives it. */
export async function endAll(): Promise<void> {
  for (const started of all.splice(0)) {
    started.signal('SIGKILL');
    await started.ended;
  }
  for (const folder of folders.splice(0)) {
    try {
      send(temporalPid(folder), 'SIGKILL');
    } catch {
      // No server was left.
    }
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Asks again until it is so; the test's own time-out ends it otherwise. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 25));
}

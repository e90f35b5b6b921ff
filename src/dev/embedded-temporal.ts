// The embedded Temporal server: the CLI's dev server with a database file, watched over, and restarted if it dies.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { ConfigError } from '../config/config-error';
import { makeDataDir } from '../config/data-dir';
import { endLeftBehind, forgetServer, rememberServer } from './left-behind';
import { assertPortIsFree } from './port';

export interface EmbeddedTemporalOptions {
  readonly cliPath: string;
  /** Holds the database, the log and the pid file. */
  readonly dataDir: string;
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  /** Settings of the server beside its defaults, as `key=value`. */
  readonly dynamicConfig?: readonly string[];
  /** Told when the server died and when it serves again. */
  readonly say: (line: string) => void;
  /** Aborted: the start is given up, and what it started is ended. */
  readonly signal?: AbortSignal | undefined;
}

export interface EmbeddedTemporal {
  readonly address: string;
  readonly uiUrl: string;
  state(): 'serving' | 'restarting' | 'stopped';
  /** The process id of the server that runs now, or null. */
  pid(): number | null;
  /** Ends within about five seconds. */
  stop(): Promise<void>;
}

const HOST = '127.0.0.1';
const START_MS_MAX = 30_000;
/** The server chooses ports for its own services, and ends when another process takes one before it does. */
const STARTS_MAX = 3;
const STOP_MS_MAX = 4_000;
const RESTART_MS_MIN = 100;
const RESTART_MS_MAX = 5_000;
const RETENTION_SECONDS = 30 * 24 * 3600;

/** As durable as the dev server's default and twice as fast (docs/temporal-notes.md). */
export const SQLITE_PRAGMAS = ['journal_mode=wal', 'synchronous=full'] as const;

/** The server's settings, by its names for them (docs/temporal-notes.md). */
const DYNAMIC_CONFIG = [
  // As in production, and against the dev server's default: it would read the namespace and its search attributes from the
  // database once or more for every start and every describe.
  'system.forceSearchAttributesCacheRefreshOnRead=false',
  // A shard looks for new tasks 20 times a second at most. A production server has a hundred shards and more, this one has one:
  // a flow of three such looks would take 150 ms with nothing else to do (decision 0133).
  'history.transferProcessorMaxPollRPS=50',
] as const;

/** Starts the server and waits until it serves. A server that a killed parent left behind is ended first. */
export async function startEmbeddedTemporal(options: EmbeddedTemporalOptions): Promise<EmbeddedTemporal> {
  const { dataDir, port, uiPort, say } = options;
  assertPathOfDatabase(dataDir);
  makeDataDir(dataDir);
  await endLeftBehind(dataDir, say);

  let state: ReturnType<EmbeddedTemporal['state']> = 'restarting';
  let child: ChildProcess | null = null;
  const isStopped = () => state === 'stopped';

  /** Throws when the server does not serve, and has ended its process then. */
  async function launch(): Promise<void> {
    await assertPortIsFree(HOST, port, 'TEMPORAL_PORT');
    await assertPortIsFree(HOST, uiPort, 'TEMPORAL_UI_PORT');
    if (isStopped()) throw new Error('it is not wanted any more');
    const launched = launchServer(options);
    child = launched;
    rememberServer(dataDir, launched.pid ?? 0);
    try {
      await untilServing(options, launched);
      if (hasEnded(launched) || isStopped()) throw new Error('it ended as soon as it served');
    } catch (error) {
      await endProcess(launched);
      throw error;
    }
    state = 'serving';
    launched.once('exit', () => void revive());
  }

  async function revive(): Promise<void> {
    if (isStopped()) return;
    state = 'restarting';
    say('The Temporal server ended unexpectedly; starting it again.');
    for (let wait = RESTART_MS_MIN; ; wait = Math.min(wait * 2, RESTART_MS_MAX)) {
      await sleep(wait);
      if (isStopped()) return;
      try {
        await launch();
        say('The Temporal server serves again.');
        return;
      } catch (error) {
        if (!isStopped()) say(`The Temporal server does not start: ${(error as Error).message}`);
      }
    }
  }

  // However this process ends, its server does not outlive it; only a SIGKILL leaves one behind.
  const endAtExit = () => child?.kill('SIGKILL');
  process.once('exit', endAtExit);

  async function stop(): Promise<void> {
    state = 'stopped';
    await endProcess(child);
    forgetServer(dataDir);
    process.off('exit', endAtExit);
  }

  async function launchFirst(): Promise<void> {
    for (let started = 1; ; started++) {
      try {
        return await launch();
      } catch (error) {
        if (!(error instanceof EndedAtStart) || started === STARTS_MAX || isStopped()) throw error;
        say(`${error.message} Starting it again.`);
      }
    }
  }

  try {
    await launchFirst();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    address: `${HOST}:${port}`,
    uiUrl: `http://${HOST}:${uiPort}`,
    state: () => state,
    pid: () => child?.pid ?? null,
    stop,
  };
}

/** SQLite is given a URI: behind one of these it would take a database elsewhere, which other folders have too. */
function assertPathOfDatabase(dataDir: string): void {
  if (!/[?#]|%[0-9a-f]{2}/i.test(dataDir)) return;
  throw new ConfigError(
    `DATA_DIR is ${dataDir}, and a database cannot stand in a folder whose path has a ?, a # or an escape such as %20; name another one.`,
  );
}

/** In a process group of its own, so that Ctrl-C in the terminal does not end it before those who need it. */
function launchServer(options: EmbeddedTemporalOptions): ChildProcess {
  const { cliPath, dataDir, port, uiPort, namespace, dynamicConfig = [] } = options;
  const log = openSync(logPath(dataDir), 'a');
  const args = [
    'server',
    'start-dev',
    '--ip',
    HOST,
    '--port',
    String(port),
    '--ui-ip',
    HOST,
    '--ui-port',
    String(uiPort),
  ];
  args.push('--namespace', namespace, '--db-filename', join(dataDir, 'temporal.db'), '--log-level', 'warn');
  for (const pragma of SQLITE_PRAGMAS) args.push('--sqlite-pragma', pragma);
  for (const setting of [...DYNAMIC_CONFIG, ...dynamicConfig]) args.push('--dynamic-config-value', setting);
  try {
    return spawn(cliPath, args, { stdio: ['ignore', log, log], detached: true });
  } finally {
    closeSync(log);
  }
}

class EndedAtStart extends ConfigError {
  constructor({ exitCode, signalCode }: ChildProcess, dataDir: string) {
    const said = lastLine(logPath(dataDir));
    const how = signalCode ?? `code ${exitCode}`;
    super(`The Temporal server ended at its start (${how})${said && `, saying "${said}"`}; see ${logPath(dataDir)}.`);
  }
}

function lastLine(path: string): string {
  const line = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return line.length > 500 ? `${line.slice(0, 500)} ...` : line;
}

async function untilServing(
  { port, namespace, dataDir, signal }: EmbeddedTemporalOptions,
  child: ChildProcess,
): Promise<void> {
  const deadline = Date.now() + START_MS_MAX;
  let failure: Error | null = null;
  child.once('error', (error) => {
    failure = error;
  });
  while (Date.now() < deadline) {
    signal?.throwIfAborted();
    if (failure) throw failure;
    if (hasEnded(child)) {
      throw new EndedAtStart(child, dataDir);
    }
    if (await serves(`${HOST}:${port}`, namespace)) return;
    await sleep(30);
  }
  throw new ConfigError(`The Temporal server did not serve within ${START_MS_MAX / 1000} s; see ${logPath(dataDir)}.`);
}

/** The namespace answers, and keeps what has closed for 30 days. */
async function serves(address: string, namespace: string): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: 500 });
  try {
    return await connection.withDeadline(Date.now() + 1_000, async () => {
      const { config } = await connection.workflowService.describeNamespace({ namespace });
      if (Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) !== RETENTION_SECONDS) {
        const workflowExecutionRetentionTtl = msToTs(RETENTION_SECONDS * 1000);
        await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
      }
      return true;
    });
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

async function endProcess(child: ChildProcess | null): Promise<void> {
  if (child === null || hasEnded(child) || child.pid === undefined) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
  await ended;
  clearTimeout(timer);
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const logPath = (dataDir: string): string => join(dataDir, 'temporal.log');

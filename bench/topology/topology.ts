// Temporal on PostgreSQL as docker-compose.yml describes it, as processes of this machine, on 127.0.0.1 only.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ConfigError } from '../../src/config/config-error';
import { findTemporalCli } from '../../src/dev/temporal-cli';
import { freePort } from '../../src/temporal/free-port';
import { ensureSearchAttributes } from '../../src/temporal/search-attributes';
import { postgresFolder, type TemporalPrograms, temporalPrograms } from './binaries';
import { INNER_PORTS, type Local, localOf, type Script, serverVersionOf, withSettings } from './compose';
import { type KeptAlive, keptAlive } from './kept-alive';
import { freeLowPort } from './low-port';
import { createOwnDatabase, postgresOn } from './postgres';

export interface TopologyOptions {
  readonly say: (line: string) => void;
  /** Null: a new folder that goes away with the topology. */
  readonly dataDir: string | null;
  /** Null: a free one. */
  readonly temporalPort: number | null;
  /** Settings of the server beside those of docker-compose.yml, as `key=value`. */
  readonly dynamicConfig: readonly string[];
  /** In place of what docker-compose.yml gives the server. */
  readonly serverEnv?: Readonly<Record<string, string>>;
  /** Puts databases into the empty PostgreSQL, before Temporal starts on them. */
  readonly restore?: (postgresUrl: string) => Promise<void>;
}

export interface Topology {
  readonly address: string;
  /** For psql, pg_dump and their like; its database is `temporal`, the other one `temporal_visibility`. */
  readonly postgresUrl: string;
  readonly dataDir: string;
  readonly temporal: KeptAlive;
  readonly postgres: KeptAlive;
  stop(): Promise<void>;
}

const ROOT = resolve(__dirname, '../../..');
const HOST = '127.0.0.1';
const NAMESPACE = 'default';
const NAMESPACE_MS_MAX = 60_000;

/** Resolves when the namespace can be used. Whatever it started is ended when it fails, and when this process exits. */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const { say, dataDir, temporalPort, dynamicConfig, serverEnv = {}, restore } = options;
  const composeText = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const folder = postgresFolder();
  const cli = await findTemporalCli({ configuredPath: process.env.TEMPORAL_CLI_PATH ?? null, say });
  const programs = await temporalPrograms(serverVersionOf(composeText), say);

  const data = dataDir === null ? mkdtempSync(join(tmpdir(), 'countersign-topology-')) : resolve(dataDir);
  mkdirSync(data, { recursive: true });
  // PostgreSQL may run as someone else, who has to get to a folder of its own in it.
  if (dataDir === null) chmodSync(data, 0o711);
  const place = {
    postgresPort: await freePort(),
    password: passwordIn(data),
    temporalPort: temporalPort ?? (await freeLowPort()),
    innerPorts: await Promise.all(INNER_PORTS.map(() => freeLowPort())),
    schemaDir: programs.schemaDir,
    dynamicConfigFile: join(data, 'dynamic-config.yaml'),
  };
  const local = localOf(composeText, place);
  const address = `${HOST}:${place.temporalPort}`;
  const database = {
    folder,
    dataDir: data,
    port: place.postgresPort,
    user: local.postgres.user,
    password: place.password,
  };
  const postgresUrl = `postgresql://${database.user}:${place.password}@${HOST}:${place.postgresPort}/${database.user}`;
  const postgres = postgresOn(database);
  const temporal = serverOn(local, { programs, data, address, dynamicConfig, serverEnv });
  // What went wrong is told by the logs in it.
  let keepsFolder = dataDir !== null;
  const removeFolder = () => {
    if (!keepsFolder) rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  };
  const endAtExit = () => {
    temporal.end();
    postgres.end();
    removeFolder();
  };
  process.once('exit', endAtExit);
  const stop = async () => {
    await temporal.stop();
    await postgres.stop();
    removeFolder();
    process.off('exit', endAtExit);
  };
  const tools = toolsIn(data, { 'temporal-sql-tool': programs.sqlTool, temporal: cli });
  const script = (what: string, it: Script) => runScript(it, { what, tools, log: join(data, 'scripts.log') });
  try {
    say('Starting PostgreSQL ...');
    await postgres.start();
    createOwnDatabase(database);
    await restore?.(postgresUrl);
    say('Creating or upgrading the databases of Temporal ...');
    await script('the schema', local.schema);
    say('Starting the Temporal server ...');
    await temporal.start();
    await script('the namespace', local.namespace);
    await untilUsable(address);
  } catch (error) {
    keepsFolder = true;
    await stop();
    throw error;
  }
  return { address, postgresUrl, dataDir: data, temporal, postgres, stop };
}

/** Nobody else on this machine is to come in; made once for a data folder. */
function passwordIn(data: string): string {
  const path = join(data, 'password');
  if (!existsSync(path)) writeFileSync(path, randomBytes(16).toString('hex'), { mode: 0o600 });
  return readFileSync(path, 'utf8');
}

interface ServerOptions {
  readonly programs: TemporalPrograms;
  readonly data: string;
  readonly address: string;
  readonly dynamicConfig: readonly string[];
  readonly serverEnv: Readonly<Record<string, string>>;
}

function serverOn(local: Local, { programs, data, address, dynamicConfig, serverEnv }: ServerOptions): KeptAlive {
  writeFileSync(local.temporal.env.DYNAMIC_CONFIG_FILE_PATH ?? '', withSettings(local.dynamicConfig, dynamicConfig));
  return keptAlive({
    name: 'The Temporal server',
    file: programs.server,
    args: ['start'],
    env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...local.temporal.env, ...serverEnv },
    log: join(data, 'temporal.log'),
    owner: null,
    stopSignal: 'SIGTERM',
    endSignal: 'SIGKILL',
    serves: () => answers(address, (connection) => connection.workflowService.listNamespaces({ pageSize: 1 })),
  });
}

async function answers(address: string, ask: (connection: Connection) => Promise<unknown>): Promise<boolean> {
  const connection = Connection.lazy({ address, connectTimeout: 500 });
  try {
    await connection.withDeadline(Date.now() + 1_000, () => ask(connection));
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

/** The programs by the names that the scripts call them. */
function toolsIn(data: string, programs: Readonly<Record<string, string>>): string {
  const tools = join(data, 'tools');
  rmSync(tools, { recursive: true, force: true });
  mkdirSync(tools);
  for (const [name, path] of Object.entries(programs)) symlinkSync(path, join(tools, name));
  return tools;
}

async function runScript(
  { shell: [file = '', ...args], text, env }: Script,
  { what, tools, log }: { readonly what: string; readonly tools: string; readonly log: string },
): Promise<void> {
  const path = `${tools}${delimiter}${process.env.PATH}`;
  const child = spawn(file, [...args, text], {
    env: { ...process.env, ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => appendFileSync(log, chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new ConfigError(`The script of docker-compose.yml for ${what} failed; see ${log}.`);
}

/** The server reads its namespaces anew every ten seconds; only then searches and starts go through. */
async function untilUsable(address: string): Promise<void> {
  for (const deadline = Date.now() + NAMESPACE_MS_MAX; ; await sleep(100)) {
    const isUsable = await answers(address, (connection) =>
      ensureSearchAttributes(connection as Connection, NAMESPACE),
    );
    if (isUsable) return;
    if (Date.now() > deadline)
      throw new Error(`the namespace ${NAMESPACE} cannot be used after ${NAMESPACE_MS_MAX / 1000} s`);
  }
}

// The programs of the topology: Temporal's server and sql tool, built by Go into .cache, and this machine's PostgreSQL.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../src/config/config-error';

const ROOT = resolve(__dirname, '../../..');
const MODULE = 'go.temporal.io/server';
const PROGRESS_MS = 15_000;
const POSTGRES_MAJOR_MIN = 12;
const PROGRAMS = ['postgres', 'initdb', 'pg_isready', 'psql'] as const;

export interface TemporalPrograms {
  readonly server: string;
  readonly sqlTool: string;
  readonly schemaDir: string;
}

/** What .cache has, or else what Go builds: three minutes on two cores. */
export async function temporalPrograms(version: string, say: (line: string) => void): Promise<TemporalPrograms> {
  const folder = join(ROOT, '.cache', 'temporal', version);
  const programs = { server: join(folder, 'server'), sqlTool: join(folder, 'sql'), schemaDir: join(folder, 'schema') };
  if (Object.values(programs).every(existsSync)) return programs;
  const module = `${MODULE}@v${version}`;
  assertGo(version);
  say(`Building the Temporal server ${version} with Go, once (about three minutes) ...`);
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    await built(version, fresh, say);
    const { Dir } = JSON.parse(go('mod', 'download', '-json', module)) as { Dir: string };
    symlinkSync(join(Dir, 'schema'), join(fresh, 'schema'));
    rmSync(folder, { recursive: true, force: true });
    renameSync(fresh, folder);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return programs;
}

function assertGo(version: string): void {
  try {
    go('version');
  } catch {
    throw new ConfigError(
      `Go is not on the PATH, and the Temporal server ${version} must be built: install Go (https://go.dev/dl), or put the programs "server" and "sql" and the folder "schema" of ${MODULE} v${version} into .cache/temporal/${version}.`,
    );
  }
}

async function built(version: string, into: string, say: (line: string) => void): Promise<void> {
  const packages = ['cmd/server', 'cmd/tools/sql'].map((path) => `${MODULE}/${path}@v${version}`);
  const startedAt = Date.now();
  const progress = setInterval(() => say(`  ... ${Math.round((Date.now() - startedAt) / 1000)} s`), PROGRESS_MS);
  const child = spawn('go', ['install', ...packages], {
    env: { ...process.env, GOBIN: into },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    if (code === 0) return;
  } finally {
    clearInterval(progress);
  }
  const reasons = said.split('\n').filter((line) => line !== '' && !line.startsWith('go: downloading'));
  throw new ConfigError(`The Temporal server could not be built:\n${reasons.slice(-10).join('\n')}`);
}

const go = (...args: string[]): string => execFileSync('go', args, { encoding: 'utf8', stdio: 'pipe' });

/** The folder of PostgreSQL's programs: one that the PATH leads to, or the newest of Debian's. */
export function postgresFolder(): string {
  const onPath = (process.env.PATH ?? '').split(':').filter((folder) => folder !== '');
  const [found] = [...onPath, ...debianFolders()]
    .filter((folder) => existsSync(join(folder, 'postgres')))
    // A link on the PATH may lead to only some of them.
    .map((folder) => dirname(realpathSync(join(folder, 'postgres'))))
    .filter((folder) => PROGRAMS.every((name) => existsSync(join(folder, name))));
  if (found === undefined) {
    throw new ConfigError(
      `PostgreSQL is missing: neither the PATH nor /usr/lib/postgresql leads to ${PROGRAMS.join(', ')}. On Debian: apt-get install postgresql.`,
    );
  }
  const version = execFileSync(join(found, 'postgres'), ['--version'], { encoding: 'utf8' });
  const major = Number(/(\d+)/.exec(version)?.[1]);
  if (major >= POSTGRES_MAJOR_MIN) return found;
  throw new ConfigError(`${join(found, 'postgres')} is too old (${version.trim()}): PostgreSQL 12 or later is needed.`);
}

function debianFolders(): string[] {
  const parent = '/usr/lib/postgresql';
  if (!existsSync(parent)) return [];
  const newestFirst = readdirSync(parent).sort((a, b) => Number(b) - Number(a));
  return newestFirst.map((version) => join(parent, version, 'bin'));
}

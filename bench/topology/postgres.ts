// A PostgreSQL of its own: a data folder, a port of 127.0.0.1, and the user and database that the image would make.
import { execFile, execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../../src/config/config-error';
import { type KeptAlive, keptAlive } from './kept-alive';

export interface PostgresOptions {
  /** Of the programs. */
  readonly folder: string;
  readonly dataDir: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

const HOST = '127.0.0.1';
/** It refuses to run as root; then it runs as the first of these that is there. */
const USERS = ['postgres', 'nobody'] as const;
const run = promisify(execFile);

/** Makes the data folder, or takes the one that is there. Not started yet. */
export function postgresOn({ folder, dataDir, port, user, password }: PostgresOptions): KeptAlive {
  const owner = process.getuid?.() === 0 ? someoneElse() : null;
  const cluster = join(dataDir, 'postgres');
  if (!existsSync(join(cluster, 'PG_VERSION'))) initialise({ folder, dataDir, cluster, user, password, owner });
  return keptAlive({
    name: 'PostgreSQL',
    file: join(folder, 'postgres'),
    args: ['-D', cluster, '-p', String(port), '-h', HOST, '-k', ''],
    env: process.env,
    log: join(dataDir, 'postgres.log'),
    owner,
    // Fast: it ends its connections and writes everything out. Immediate: as after a loss of power.
    stopSignal: 'SIGINT',
    endSignal: 'SIGQUIT',
    serves: () =>
      run(join(folder, 'pg_isready'), ['-h', HOST, '-p', String(port), '-q']).then(
        () => true,
        () => false,
      ),
  });
}

/** As the image does: a superuser of this name, and a database of the same name. */
export function createOwnDatabase({ folder, port, user, password }: PostgresOptions): void {
  const psql = (database: string, text: string) =>
    execFileSync(join(folder, 'psql'), ['-h', HOST, '-p', String(port), '-U', user, '-d', database, '-Atqc', text], {
      env: { ...process.env, PGPASSWORD: password },
      encoding: 'utf8',
    });
  const isThere = psql('postgres', `SELECT 1 FROM pg_database WHERE datname = '${user}'`).trim() === '1';
  if (!isThere) psql('postgres', `CREATE DATABASE ${user}`);
}

/** Of folders that another PostgreSQL is to begin with, and of all that is in them. */
export function giveToOwner(paths: readonly string[]): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = someoneElse();
  for (const path of paths) execFileSync('chown', ['-R', `${uid}:${gid}`, path]);
}

type Owner = { readonly uid: number; readonly gid: number } | null;

function initialise(into: Omit<PostgresOptions, 'port'> & { readonly cluster: string; readonly owner: Owner }): void {
  const { folder, dataDir, cluster, user, password, owner } = into;
  const passwordFile = join(dataDir, 'postgres-password');
  mkdirSync(cluster, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (owner) for (const path of [cluster, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const args = ['--encoding=UTF8', '--locale=C.UTF-8', '--auth=scram-sha-256', `--username=${user}`];
  try {
    execFileSync(join(folder, 'initdb'), [...args, `--pwfile=${passwordFile}`, '-D', cluster], {
      stdio: 'pipe',
      ...owner,
    });
  } catch (error) {
    rmSync(cluster, { recursive: true, force: true });
    throw new ConfigError(`PostgreSQL's data folder ${cluster} could not be made: ${(error as Error).message}`);
  } finally {
    rmSync(passwordFile);
  }
}

function someoneElse(): NonNullable<Owner> {
  const idOf = (flag: string, user: string) =>
    Number(execFileSync('id', [flag, user], { encoding: 'utf8', stdio: 'pipe' }));
  for (const user of USERS) {
    try {
      return { uid: idOf('-u', user), gid: idOf('-g', user) };
    } catch {
      // There is no such user; the next.
    }
  }
  throw new ConfigError(
    `PostgreSQL does not run as root, and there is no user ${USERS.join(' or ')}: run this as another user.`,
  );
}

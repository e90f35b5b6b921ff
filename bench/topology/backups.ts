// Two ways to back up a set-up that works on, and to bring it back elsewhere (docs/operations.md).
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { postgresFolder } from './binaries';
import { giveToOwner } from './postgres';
import type { Topology, TopologyOptions } from './topology';

export interface Backup {
  /** Whether what was acknowledged between `take` and `mark` is in it. */
  readonly goesOn: boolean;
  take(of: Topology): Promise<void>;
  /** The moment that is gone back to, where that can be chosen. */
  mark(of: Topology): Promise<void>;
  /** When the set-up is gone: how another one begins with what there was. */
  restored(): Promise<Pick<TopologyOptions, 'dataDir' | 'restore'>>;
}

type Say = (line: string) => void;

const run = promisify(execFile);
const tool = (name: string): string => join(postgresFolder(), name);
/** Of Temporal, by names that docker-compose.yml fixes. */
const DATABASES = ['temporal', 'temporal_visibility'] as const;

export const BACKUPS: Readonly<Record<string, (folder: string, say: Say) => Backup>> = {
  dump: dumps,
  log: archivedLog,
};

/** Each database by itself, with pg_dump. */
function dumps(folder: string, say: Say): Backup {
  const dumpOf = (database: string): string => join(folder, `${database}.dump`);
  const urlOf = (postgresUrl: string, database: string): string => postgresUrl.replace(/[^/]+$/, database);
  return {
    goesOn: false,
    async take({ postgresUrl }) {
      for (const database of DATABASES) {
        const startedAt = Date.now();
        const args = ['--format=custom', `--file=${dumpOf(database)}`, urlOf(postgresUrl, database)];
        await run(tool('pg_dump'), args);
        const kilobytes = Math.round(statSync(dumpOf(database)).size / 1024);
        say(`  pg_dump ${database}: ${kilobytes} KB in ${Date.now() - startedAt} ms`);
      }
    },
    mark: async () => {},
    restored: async () => ({
      dataDir: null,
      async restore(postgresUrl) {
        for (const database of DATABASES) {
          const startedAt = Date.now();
          // The first of them is there, empty, as the image makes it.
          if (database !== 'temporal') await run(tool('psql'), [postgresUrl, '-c', `CREATE DATABASE ${database}`]);
          const into = `--dbname=${urlOf(postgresUrl, database)}`;
          await run(tool('pg_restore'), ['--exit-on-error', into, dumpOf(database)]);
          say(`  pg_restore ${database}: ${Date.now() - startedAt} ms`);
        }
      },
    }),
  };
}

/** A base backup of the whole PostgreSQL and its log as it is written; back to any moment since, to the marked one here. */
function archivedLog(folder: string, say: Say): Backup {
  const data = join(folder, 'data');
  const [base, log] = [join(data, 'postgres'), join(folder, 'log')];
  let receiving: ChildProcess | null = null;
  let moment = '';
  return {
    goesOn: true,
    async take({ postgresUrl, dataDir }) {
      mkdirSync(data);
      mkdirSync(log);
      copyFileSync(join(dataDir, 'password'), join(data, 'password'));
      receiving = spawn(tool('pg_receivewal'), ['-D', log, '-d', postgresUrl, '--no-loop'], { stdio: 'ignore' });
      process.once('exit', () => receiving?.kill('SIGKILL'));
      const startedAt = Date.now();
      await run(tool('pg_basebackup'), ['-D', base, '-d', postgresUrl, '--checkpoint=fast', '--wal-method=none']);
      say(`  pg_basebackup: ${Date.now() - startedAt} ms; the log is received as it is written`);
    },
    async mark({ postgresUrl }) {
      const { stdout } = await run(tool('psql'), [postgresUrl, '-Atc', 'SELECT clock_timestamp()']);
      moment = stdout.trim();
      say(`  marked: ${moment}`);
    },
    async restored() {
      // It ends when the server that it followed has ended and it has all of its log.
      if (receiving && receiving.exitCode === null) await once(receiving, 'exit');
      const from = (suffix: string) => `cp "${log}/%f${suffix}" "%p"`;
      const settings = {
        restore_command: `${from('')} || ${from('.partial')}`,
        recovery_target_time: moment,
        recovery_target_action: 'promote',
        // Nobody is let in before it is there.
        hot_standby: 'off',
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
      appendFileSync(join(base, 'postgresql.auto.conf'), lines.join(''));
      writeFileSync(join(base, 'recovery.signal'), '');
      giveToOwner([folder, base, log]);
      return { dataDir: data };
    },
  };
}

// The PostgreSQL under DBOS: this machine's, in a folder of its own, with the settings that it comes with.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/temporal/free-port';
import { cpuMsOfFamily } from '../cpu';
import { postgresFolder } from '../topology/binaries';
import { createOwnDatabase, postgresOn } from '../topology/postgres';

export interface Database {
  readonly url: string;
  /** Version and how durable its commits are. */
  readonly settings: string;
  /** Milliseconds that it and its children, one a connection, have used so far. */
  cpuMs(): number;
  stop(): Promise<void>;
}

const SETTINGS = ['server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method'] as const;

/** Resolves when it serves. */
export async function startDatabase(): Promise<Database> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-postgres-'));
  // It may run as someone else, who has to get to a folder of its own in it.
  chmodSync(dataDir, 0o711);
  const [user, password] = ['bench', randomBytes(16).toString('hex')];
  const place = { folder: postgresFolder(), dataDir, port: await freePort(), user, password };
  const url = `postgresql://${user}:${password}@127.0.0.1:${place.port}/${user}`;
  const postgres = postgresOn(place);
  const endAtExit = () => postgres.end();
  process.once('exit', endAtExit);
  const stop = async () => {
    await postgres.stop();
    process.off('exit', endAtExit);
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await postgres.start();
    createOwnDatabase(place);
    const settings = settingsOf(place.folder, url);
    return { url, settings, cpuMs: () => cpuMsOfFamily(postgres.pid() ?? 0), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settingsOf(folder: string, url: string): string {
  const query = SETTINGS.map((name) => `'${name}=' || current_setting('${name}')`).join(` || ', ' || `);
  return execFileSync(join(folder, 'psql'), [url, '-Atc', `SELECT ${query}`], { encoding: 'utf8' }).trim();
}

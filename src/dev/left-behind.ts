// A Temporal server that outlived a killed parent: remembered in a file, recognised by its command line, and ended.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/config-error';
import { lookUpProcess, type ProcessEntry } from './process-table';

const END_MS_MAX = 4_000;

interface Remembered {
  readonly pid: number;
  /** The process that started the server. */
  readonly parentPid: number;
}

export function rememberServer(dataDir: string, pid: number): void {
  writeFileSync(pidPath(dataDir), `${pid} ${process.pid}\n`);
}

export function forgetServer(dataDir: string): void {
  rmSync(pidPath(dataDir), { force: true });
}

/**
 * Ends the server that an earlier start left on this data folder, if there is one; a stranger is left alone. Throws a
 * ConfigError when the one that started it still runs: two cannot share a data folder.
 */
export async function endLeftBehind(dataDir: string, say: (line: string) => void): Promise<void> {
  const remembered = read(dataDir);
  const server = remembered && serverOf(remembered.pid, dataDir);
  if (server && server.parentPid === remembered.parentPid) {
    throw new ConfigError(
      `DATA_DIR ${dataDir} is used by a Countersign that runs (process ${server.parentPid}); stop it, or set DATA_DIR to another folder.`,
    );
  }
  if (server) {
    say(`Ending the Temporal server that an earlier start left behind (process ${remembered.pid}).`);
    await end(remembered.pid, dataDir);
  }
  forgetServer(dataDir);
}

async function end(pid: number, dataDir: string): Promise<void> {
  send('SIGTERM', pid);
  for (const deadline = Date.now() + END_MS_MAX; Date.now() < deadline; await sleep(30)) {
    if (!serverOf(pid, dataDir)) return;
  }
  send('SIGKILL', pid);
  while (serverOf(pid, dataDir)) await sleep(30);
}

/** It may have ended by itself in between. */
function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function read(dataDir: string): Remembered | null {
  try {
    const [pid = 0, parentPid = 0] = readFileSync(pidPath(dataDir), 'utf8').split(' ').map(Number);
    return Number.isSafeInteger(pid) && pid > 1 ? { pid, parentPid } : null;
  } catch {
    return null;
  }
}

/** A process id is used again: only a dev server on this very database is meant. */
function serverOf(pid: number, dataDir: string): ProcessEntry | null {
  const found = lookUpProcess(pid);
  const isOurs = found?.command.includes('start-dev') && found.command.includes(join(dataDir, 'temporal.db'));
  return isOurs ? found : null;
}

const pidPath = (dataDir: string): string => join(dataDir, 'temporal.pid');

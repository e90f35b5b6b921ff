// A Temporal server that outlived a killed parent: remembered in a file, recognised by its command line, and ended.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const END_MS_MAX = 4_000;

export function rememberServer(dataDir: string, pid: number): void {
  writeFileSync(pidPath(dataDir), String(pid));
}

export function forgetServer(dataDir: string): void {
  rmSync(pidPath(dataDir), { force: true });
}

/** Ends the server that an earlier start left on this data folder, if there is one; a stranger is left alone. */
export async function endLeftBehind(dataDir: string, say: (line: string) => void): Promise<void> {
  const pid = rememberedPid(dataDir);
  if (pid !== null && isServerOf(pid, dataDir)) {
    say(`Ending the Temporal server that an earlier start left behind (process ${pid}).`);
    await end(pid, dataDir);
  }
  forgetServer(dataDir);
}

async function end(pid: number, dataDir: string): Promise<void> {
  process.kill(pid, 'SIGTERM');
  for (const deadline = Date.now() + END_MS_MAX; Date.now() < deadline; await sleep(30)) {
    if (!isServerOf(pid, dataDir)) return;
  }
  process.kill(pid, 'SIGKILL');
  while (isServerOf(pid, dataDir)) await sleep(30);
}

function rememberedPid(dataDir: string): number | null {
  try {
    const pid = Number(readFileSync(pidPath(dataDir), 'utf8'));
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
  } catch {
    return null;
  }
}

/** A process id is used again: only a dev server on this very database is meant. */
function isServerOf(pid: number, dataDir: string): boolean {
  try {
    const command = execFileSync('ps', ['-o', 'stat=,args=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return !command.startsWith('Z') && command.includes('start-dev') && command.includes(join(dataDir, 'temporal.db'));
  } catch {
    return false;
  }
}

const pidPath = (dataDir: string): string => join(dataDir, 'temporal.pid');

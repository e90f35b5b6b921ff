// What this machine knows of a process: its parent and its command line. Linux tells by itself, elsewhere `ps` does.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessEntry {
  /** The process that started it, or who adopted it when that one died. */
  readonly parentPid: number;
  readonly command: string;
}

/** Null when there is no such process, or only what is left of one that has ended. */
export function lookUpProcess(pid: number): ProcessEntry | null {
  try {
    return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
}

function fromProc(pid: number): ProcessEntry | null {
  // The name stands in parentheses and may hold anything; state and parent follow it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return { parentPid: Number(parent), command };
}

/** `-ww`: in full, however wide the terminal is. */
function fromPs(pid: number): ProcessEntry | null {
  const line = execFileSync('ps', ['-ww', '-o', 'stat=,ppid=,args=', '-p', String(pid)], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  const [, state = 'Z', parent, command = ''] = /^\s*(\S+)\s+(\d+)\s+(.*)/.exec(line) ?? [];
  return state.startsWith('Z') ? null : { parentPid: Number(parent), command };
}

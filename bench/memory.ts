// What a process holds, from /proc.
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory. */
export function megabytesOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) / 1024;
}

/** Open files, sockets and whatever else has a descriptor. */
export const handlesOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;

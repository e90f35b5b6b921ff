// A disk that can be full: a file system in memory of a few megabytes, for Temporal's database alone. Needs the right to mount.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export interface SmallDisk {
  readonly path: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives back what `fill` took. */
  free(): void;
  remove(): void;
}

/** What a run writes without ever filling it. */
const MEGABYTES = 256;
const CHUNKS = [1024 * 1024, 4096, 1];

export function smallDisk(path: string): SmallDisk {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${MEGABYTES}m`, 'countersign-chaos', path], { stdio: 'pipe' });
  } catch (error) {
    throw new Error('--scenario disk-full mounts a small file system, and this user may not: run it as root.', {
      cause: error,
    });
  }
  const filler = join(path, 'filler');
  return {
    path,
    fill() {
      const file = openSync(filler, 'a');
      for (const bytes of CHUNKS) while (hasTaken(file, Buffer.alloc(bytes)));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    remove: () => void execFileSync('umount', ['-l', path], { stdio: 'pipe' }),
  };
}

function hasTaken(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) === bytes.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

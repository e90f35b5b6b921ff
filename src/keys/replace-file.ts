// Replaces a file as a whole, so that a reader sees the old one or the new one, and two writers do not lose each other.
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from '../config/config-error';

/** For the owner's eyes only: of a file that is not there yet. */
const MODE = 0o600;

/**
 * `contentOf` is called when no one else writes; `check` gets the new file's path and throws when it is not sound. Who may read
 * the file stays as it is, for its readers run under other users; a link stays one, and what it leads to is replaced.
 */
export function replaceFile(named: string, contentOf: () => string, check: (path: string) => unknown): void {
  const path = behindLinks(named);
  const next = `${path}.new`;
  const file = openForMe(path, next);
  try {
    keepReaders(file, path);
    writeFileSync(file, contentOf());
    fsyncSync(file);
    check(next);
    renameSync(next, path);
  } catch (error) {
    rmSync(next, { force: true });
    throw error;
  } finally {
    closeSync(file);
  }
  syncFolder(dirname(path));
}

/** Throws a ConfigError for a link that leads nowhere: what is meant by it is not there. */
function behindLinks(path: string): string {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return path;
  try {
    return realpathSync(path);
  } catch (error) {
    throw new ConfigError(`${path} is a link that leads to no file (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** Throws a ConfigError where this user may not give the new file to the owner and the group of the old one. */
function keepReaders(file: number, path: string): void {
  const before: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (before === undefined) return;
  const { uid, gid } = fstatSync(file);
  try {
    if (uid !== before.uid || gid !== before.gid) fchownSync(file, before.uid, before.gid);
    fchmodSync(file, before.mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `${path} belongs to another user or group, who could not read it any more (${code}); do this as one who may give it to them.`,
    );
  }
}

/** So that the new name outlasts a power cut. Not every platform and file system has that, and the file is in its place by now. */
function syncFolder(path: string): void {
  try {
    const folder = openSync(path, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  } catch {
    // The name stands there as surely as it can.
  }
}

function openForMe(path: string, next: string): number {
  try {
    return openSync(next, 'wx', MODE);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') {
      throw new ConfigError(`${next} exists: someone else is changing ${path}. If no one is, delete it and try again.`);
    }
    throw new ConfigError(`${path} cannot be written (${code}).`);
  }
}

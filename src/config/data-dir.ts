// The folder of DATA_DIR, made where it is missing.
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from './config-error';

/** One name for each folder, whichever links lead to it: two servers on one folder are known by it. */
export function dataDirOf(path: string): string {
  const folder = resolve(path);
  try {
    return realpathSync(folder);
  } catch {
    const parent = dirname(folder);
    return parent === folder ? folder : join(dataDirOf(parent), basename(folder));
  }
}

/** The database's own files can be read by everybody on the machine, and hold what executions are about. */
const OWNERS_ONLY = 0o700;

/** A folder that is there keeps its mode. Throws a ConfigError when there can be no such folder, or nothing can be written in it. */
export function makeDataDir(dataDir: string): void {
  try {
    make(dataDir, OWNERS_ONLY);
    rmdirSync(mkdtempSync(join(dataDir, '.probe-')));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `DATA_DIR is ${dataDir}, where nothing can be written (${code}); name a folder that can be made and written in.`,
    );
  }
}

/** `recursive: true` does not end in a folder that takes no others, such as /proc. */
function make(folder: string, mode?: number): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

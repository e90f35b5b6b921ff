// The folder of DATA_DIR, made where it is missing.
import { accessSync, constants, existsSync, mkdirSync, opendirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConfigError } from './config-error';

/** Throws a ConfigError when there can be no such folder, or nothing can be written in it. */
export function makeDataDir(dataDir: string): void {
  try {
    make(dataDir);
    opendirSync(dataDir).closeSync();
    accessSync(dataDir, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `DATA_DIR is ${dataDir}, where nothing can be written (${code}); name a folder that can be made and written in.`,
    );
  }
}

/** `recursive: true` does not end in a folder that takes no others, such as /proc. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

// The secret key of development mode: generated once, kept in the data folder, readable by its owner only.
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSecretKeys, type SecretKey } from '../outbound/seal';
import { ConfigError } from './config-error';

/** Two processes that start at once get the same key: only one of them can create the file. */
export function developmentSecretKeys(dataDir: string): readonly SecretKey[] {
  const path = join(dataDir, 'secret-keys');
  try {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(path, `dev:${randomBytes(32).toString('base64')}`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new ConfigError(`DATA_DIR is ${dataDir}, where nothing can be written (${code}).`);
  }
  try {
    return parseSecretKeys(readFileSync(path, 'utf8'));
  } catch {
    throw new ConfigError(`${path} holds no secret key; delete it, and secrets sealed with it are lost.`);
  }
}

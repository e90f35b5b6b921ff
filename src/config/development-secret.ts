// The secret key of development mode: generated once, kept in the data folder, readable by its owner only.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSecretKeys, type SecretKey } from '../outbound/seal';
import { ConfigError } from './config-error';
import { makeDataDir } from './data-dir';

/** Two processes that start at once get the same key: the file appears whole, and only one of them can make it appear. */
export function developmentSecretKeys(dataDir: string): readonly SecretKey[] {
  const path = join(dataDir, 'secret-keys');
  if (!existsSync(path)) create(dataDir, path);
  const text = read(path);
  try {
    return parseSecretKeys(text);
  } catch {
    throw new ConfigError(`${path} holds no secret key; delete it, and secrets sealed with it are lost.`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`${path} cannot be read (${code}); start as the user who owns it, or set SECRET_KEYS.`);
  }
}

function create(dataDir: string, path: string): void {
  makeDataDir(dataDir);
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `dev:${randomBytes(32).toString('base64')}`, { mode: 0o600 });
    linkSync(draft, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new ConfigError(`${path} cannot be made (${code}); set SECRET_KEYS.`);
  } finally {
    rmSync(draft, { force: true });
  }
}

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startEmbeddedTemporal } from '../../src/dev/embedded-temporal';
import { freePort } from '../../src/temporal/free-port';

const TAKEN = 'Error: listen tcp 127.0.0.1:39123: bind: address already in use';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-embedded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** A CLI that fails at its first starts and is the real one after them. */
function failingCli(failures: number): string {
  const path = join(folder, 'temporal');
  const starts = join(folder, 'starts');
  writeFileSync(starts, '');
  const lines = [
    '#!/bin/sh',
    `echo start >> '${starts}'`,
    `if [ "$(wc -l < '${starts}')" -le ${failures} ]; then echo '${TAKEN}' >&2; exit 1; fi`,
    `exec '${process.env.COUNTERSIGN_TEST_CLI}' "$@"`,
  ];
  writeFileSync(path, `${lines.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function start(failures: number) {
  const said: string[] = [];
  const [port, uiPort] = [await freePort(), await freePort()];
  const say = (line: string) => void said.push(line);
  const options = { cliPath: failingCli(failures), dataDir: folder, port, uiPort, namespace: 'default', say };
  const outcome = await startEmbeddedTemporal(options).catch((error: unknown) => error as Error);
  const starts = readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length;
  return { outcome, said, starts };
}

test.each(['C#', 'why?', 'a%20b'])(
  'a database in a folder "%s" is refused: SQLite would open another one',
  async (name) => {
    const dataDir = join(folder, name);
    const options = { cliPath: failingCli(0), dataDir, port: await freePort(), uiPort: await freePort() };
    const starting = startEmbeddedTemporal({ ...options, namespace: 'default', say: () => undefined });
    await expect(starting).rejects.toThrow(
      `DATA_DIR is ${dataDir}, and a database cannot stand in a folder whose path has`,
    );
    expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('');
  },
);

const SENTENCE = (path: string) =>
  `The Temporal server ended at its start (code 1), saying "${TAKEN}"; see ${join(path, 'temporal.log')}.`;

describe('an embedded Temporal server that ends at its start', () => {
  test('is started up to three times, and says each time what it died of', async () => {
    const { outcome, said, starts } = await start(2);
    if (outcome instanceof Error) throw outcome;
    await outcome.stop();
    expect(said).toEqual(Array(2).fill(`${SENTENCE(folder)} Starting it again.`));
    expect(starts).toBe(3);
  });

  test('is given up after that, with its own words and the place of its log, and leaves no process behind', async () => {
    const { outcome, starts } = await start(100);
    expect((outcome as Error).message).toBe(SENTENCE(folder));
    expect(starts).toBe(3);
    expect(existsSync(join(folder, 'temporal.pid'))).toBe(false);
  });
});

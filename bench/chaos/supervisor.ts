// Keeps the run's own processes alive, as the supervisor of a production set-up does, and ends them by their process ids.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Journal, now } from './journal';
import type { Worker } from './target';

export const ROOT = join(__dirname, '..', '..', '..');
/** Where the journal and the logs of the processes stay. */
export const KEPT = join(ROOT, '.cache', 'chaos');

export interface Supervisor {
  /** A process that is not started again. */
  launch(name: string, script: string, args: readonly string[]): ChildProcess;
  /** One that is, whenever it ends; `serves` judges what it logged since its last start. */
  supervise(kind: 'api' | 'worker', name: string, env: NodeJS.ProcessEnv, serves: Serves): Worker;
  /** At once, without waiting: for the end of this process. */
  killAll(): void;
  close(): Promise<void>;
}

type Serves = (log: string) => boolean | Promise<boolean>;

export function supervisor(journal: Journal): Supervisor {
  const running = new Map<string, ChildProcess>();
  let isClosing = false;

  return {
    launch(name, script, args) {
      const log = openSync(logOf(name), 'a');
      const child = spawn(process.execPath, [join(ROOT, script), ...args], { stdio: ['pipe', 'pipe', log] });
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

export const logOf = (name: string): string => join(KEPT, `${name}.log`);

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

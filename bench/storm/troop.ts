// The workers of a storm: now and then one is stopped or killed, and another, set up differently, takes its place.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../journal';
import type { Random } from '../random';
import type { Supervisor } from '../supervisor';
import type { Ledger } from './ledger';
import { randomSettings } from './worker-settings';

export interface Troop {
  /** Replaces one worker after the other until it is told to stop, and returns when all that are wanted poll. */
  disturb(stopping: AbortSignal): Promise<void>;
}

const WORKERS = 2;
const REPLACED_MS = { min: 2_000, max: 8_000 };
const KILLS = 0.4;
/** How long one may be away. */
const AWAY_MS_MAX = 1_500;
const START_MS_MAX = 60_000;

interface Setting {
  readonly supervisor: Supervisor;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly env: NodeJS.ProcessEnv;
}

interface Worker {
  readonly name: string;
  readonly child: ChildProcess;
}

/** Resolves when all of them poll. */
export async function startTroop({ supervisor, ledger, random, env }: Setting): Promise<Troop> {
  const serving: Worker[] = [];
  let started = 0;

  async function start(): Promise<void> {
    const name = `worker-${started++}`;
    const settings = JSON.stringify(randomSettings(random));
    const child = supervisor.launch(name, 'dist-bench/bench/storm/worker.js', [settings], env);
    const worker = { name, child };
    child.once('exit', (code, signal) => {
      if (!serving.includes(worker) || supervisor.isClosing()) return;
      serving.splice(serving.indexOf(worker), 1);
      ledger.add({ kind: 'ended', at: now(), name: `${name} (${settings})`, code: String(code ?? signal) });
    });
    serving.push(worker);
    if (child.stdout) await once(child.stdout, 'data', { signal: AbortSignal.timeout(START_MS_MAX) });
    child.stdout?.resume();
  }

  function end(worker: Worker): void {
    const isKilled = random.chance(KILLS);
    serving.splice(serving.indexOf(worker), 1);
    if (isKilled) ledger.add({ kind: 'kill', at: now(), target: 'worker', name: worker.name });
    ledger.count(isKilled ? 'worker killed' : 'worker stopped');
    worker.child.kill(isKilled ? 'SIGKILL' : 'SIGTERM');
  }

  await Promise.all(Array.from({ length: WORKERS }, start));
  return {
    async disturb(stopping) {
      for (;;) {
        const pause = random.between(REPLACED_MS.min, REPLACED_MS.max);
        await sleep(pause, undefined, { signal: stopping }).catch(() => undefined);
        if (stopping.aborted) return;
        const [worker] = random.shuffled(serving);
        if (worker) end(worker);
        if (random.chance(0.5)) await sleep(random.between(0, AWAY_MS_MAX));
        await start();
      }
    },
  };
}

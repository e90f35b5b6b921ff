// A process that is started again whenever it ends, as the supervisor of a production set-up does, until it is stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  /** Whom it runs as; null: whom this process runs as. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
  /** Asks it to end in order. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends it at once, with all that it started. */
  readonly endSignal: NodeJS.Signals;
  serves(): Promise<boolean>;
}

export interface KeptAlive {
  state(): 'serving' | 'starting' | 'stopped';
  pid(): number | null;
  /** Resolves when it serves; throws when it does not within a minute. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** At once, without waiting: for the end of this process. */
  end(): void;
}

const START_MS_MAX = 60_000;
const STOP_MS_MAX = 15_000;
const AGAIN_MS = 200;
const POLL_MS = 50;

export function keptAlive(program: Program): KeptAlive {
  let state: ReturnType<KeptAlive['state']> = 'stopped';
  let child: ChildProcess | null = null;
  // Read through a function: it changes while something is awaited.
  const isStopped = () => state === 'stopped';

  function launch(): void {
    const launched = spawned(program);
    child = launched;
    state = 'starting';
    launched.once('error', () => undefined);
    launched.once('close', () => void again(launched));
    void watch(launched);
  }

  async function watch(launched: ChildProcess): Promise<void> {
    while (launched === child && state === 'starting') {
      if ((await program.serves()) && launched === child && !hasEnded(launched) && !isStopped()) state = 'serving';
      else await sleep(POLL_MS);
    }
  }

  async function again(ended: ChildProcess): Promise<void> {
    if (isStopped() || ended !== child) return;
    state = 'starting';
    await sleep(AGAIN_MS);
    if (!isStopped()) launch();
  }

  async function stop(): Promise<void> {
    state = 'stopped';
    const last = child;
    if (last === null || hasEnded(last)) return;
    const ended = new Promise<void>((resolve) => last.once('close', () => resolve()));
    last.kill(program.stopSignal);
    const timer = setTimeout(() => last.kill(program.endSignal), STOP_MS_MAX);
    await ended;
    clearTimeout(timer);
  }

  return {
    state: () => state,
    pid: () => (child === null || hasEnded(child) ? null : (child.pid ?? null)),
    stop,
    async start() {
      launch();
      for (const deadline = Date.now() + START_MS_MAX; state !== 'serving'; await sleep(POLL_MS)) {
        if (Date.now() < deadline && !isStopped()) continue;
        await stop();
        throw new Error(`${program.name} did not serve within ${START_MS_MAX / 1000} s; see ${program.log}.`);
      }
    },
    end() {
      state = 'stopped';
      child?.kill(program.endSignal);
    },
  };
}

/** In a process group of its own, so that Ctrl-C in the terminal does not end it before those who need it. */
function spawned({ file, args, env, log, owner }: Program): ChildProcess {
  const output = openSync(log, 'a');
  try {
    return spawn(file, args, { env, stdio: ['ignore', output, output], detached: true, ...owner });
  } finally {
    closeSync(output);
  }
}

const hasEnded = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

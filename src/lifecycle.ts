// How every process of ours runs: starts its parts, waits for a signal, and stops them within a bounded time.
import { ConfigError } from './config/config-error';

export interface Running {
  /** Ends everything that was started, in the right order. */
  stop(): Promise<void>;
  /** Rejects when a part ended that must not. */
  readonly failed: Promise<never>;
}

const STOP_MS_MAX = 10_000;

/** Runs until SIGINT or SIGTERM, or until a part fails. A ConfigError is printed as the sentence that it is. */
export async function runProcess(start: () => Promise<Running>): Promise<void> {
  try {
    // Signals count from the first moment on: one that comes while the parts start stops them as soon as they stand.
    const signalled = untilSignal();
    const running = await start();
    const outcome = await Promise.race([signalled, running.failed.catch((error: unknown) => ({ error }))]);
    await stopInTime(running);
    if (typeof outcome === 'object') throw outcome.error;
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else console.error(error);
    process.exit(1);
  }
}

function untilSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
}

async function stopInTime(running: Running): Promise<void> {
  const timer = setTimeout(() => {
    process.stderr.write(
      'Not everything stopped in time; ending all the same. Nothing that was acknowledged is lost.\n',
    );
    process.exit(1);
  }, STOP_MS_MAX);
  await running.stop();
  clearTimeout(timer);
}

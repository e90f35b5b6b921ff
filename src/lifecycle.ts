// How every process of ours runs: starts its parts, waits for a signal, and stops them within a bounded time.
import { ConfigError } from './config/config-error';

export interface Running {
  /** Ends everything that was started, in the right order. */
  stop(): Promise<void>;
  /** Rejects when a part ended that must not. */
  readonly failed: Promise<never>;
}

const STOP_MS_MAX = 9_500;

/**
 * Runs until SIGINT, SIGTERM, SIGQUIT or a SIGHUP that nothing else listens to, or until a part fails. Signals count from the
 * first moment on: `start` is told by its argument, ends what it has started, and rejects. A ConfigError is printed as the
 * sentence that it is.
 */
export async function runProcess(start: (stopping: AbortSignal) => Promise<Running>): Promise<void> {
  const stopping = untilSignal();
  try {
    const running = await start(stopping).catch((error: unknown) => {
      if (stopping.aborted) process.exit(0);
      throw error;
    });
    const failure = await Promise.race([aborted(stopping), running.failed.catch((error: unknown) => ({ error }))]);
    endInTime();
    await running.stop();
    if (failure) throw failure.error;
    process.exit(0);
  } catch (error) {
    if (error instanceof ConfigError) process.stderr.write(`${error.message}\n`);
    else console.error(error);
    process.exit(1);
  }
}

function untilSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const) process.on(signal, () => stopping.abort());
  // Of a terminal that is closed; an API with API_KEYS_FILE has a listener of its own, and reads that again.
  process.on('SIGHUP', () => {
    if (process.listenerCount('SIGHUP') === 1) stopping.abort();
  });
  stopping.signal.addEventListener('abort', endInTime, { once: true });
  return stopping.signal;
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}

function endInTime(): void {
  setTimeout(() => {
    process.stderr.write(
      'Not everything stopped in time; ending all the same. Nothing that was acknowledged is lost.\n',
    );
    process.exit(1);
  }, STOP_MS_MAX);
}

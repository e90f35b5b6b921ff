// What the SDK has to say, in our lines. While Temporal is away its core has a line for every repetition of every call:
// these are folded into one when it begins, one a minute while it lasts, and one when it is over. And what it takes for the failure of
// a workflow task is none where the workflow has the task begun anew.
import type { LogEntry } from '@temporalio/worker/lib/logger';
import type { Logger } from '../logger';
import { NOTHING_IS_WRONG } from '../workflows/contract/messages';

/** sdk-core, crates/client/src/retry.rs: said from the sixth attempt on. */
const REPETITION = /^gRPC call (\w+) retried \d+ times$/;
/** What the core says of a failure first: `Status { code: Unavailable, message: "tcp connect error", ...`. */
const STATUS = /code: (\w+), message: "([^"]*)"/;
const SAY_AGAIN_MS = 60_000;
/** The core waits for 12 s at most before it repeats a call: after so long without a repetition none is being repeated. */
const QUIET_MS = 15_000;

interface Trouble {
  /** Epoch milliseconds. */
  readonly since: number;
  saidAt: number;
  lastAt: number;
  readonly repetitions: Record<string, number>;
  readonly ending: Ending;
}

interface Ending {
  /** Waits all of its time once more. */
  refresh(): void;
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Does `what` after `ms`, unless the process has ended by then. */
  after(ms: number, what: () => void): Ending;
}

const SYSTEM_CLOCK: Clock = { now: Date.now, after: (ms, what) => setTimeout(what, ms).unref() };

/** Takes what the SDK's logger is given, and writes it with `logger`. */
export function sdkLog(logger: Logger, clock = SYSTEM_CLOCK): (entry: LogEntry) => void {
  let trouble: Trouble | null = null;

  function repeated(call: string, failure: string): void {
    const now = clock.now();
    if (trouble === null) {
      trouble = { since: now, saidAt: now, lastAt: now, repetitions: {}, ending: clock.after(QUIET_MS, ended) };
      logger.warn(
        { call, reason: failure },
        'calls to Temporal fail and are repeated until they succeed; nothing that was acknowledged is lost',
      );
    } else if (now - trouble.saidAt >= SAY_AGAIN_MS) {
      trouble.saidAt = now;
      const { since, repetitions } = trouble;
      logger.warn({ seconds: secondsOf(now - since), repetitions, reason: failure }, 'calls to Temporal still fail');
    }
    trouble.repetitions[call] = (trouble.repetitions[call] ?? 0) + 1;
    trouble.lastAt = now;
    trouble.ending.refresh();
  }

  function ended(): void {
    if (trouble === null) return;
    const { since, lastAt, repetitions } = trouble;
    trouble = null;
    logger.info({ seconds: secondsOf(lastAt - since), repetitions }, 'calls to Temporal succeed again');
  }

  return ({ level, message, meta }) => {
    const { error, ...fields } = (meta ?? {}) as { readonly error?: unknown; readonly failure?: unknown };
    const [, call] = REPETITION.exec(message) ?? [];
    if (call !== undefined) return repeated(call, reasonOf(error));
    if (error instanceof Error && error.message.startsWith(NOTHING_IS_WRONG)) return logger.info(fields, error.message);
    // The core says it once more.
    if ('failure' in fields && String(fields.failure).includes(NOTHING_IS_WRONG)) return;
    const line = { ...fields, ...(error === undefined ? {} : { err: error }) };
    if (level === 'ERROR') logger.error(line, message);
    else logger.warn(line, message);
  };
}

function reasonOf(failure: unknown): string {
  const [, code, message] = STATUS.exec(String(failure)) ?? [];
  return code === undefined ? String(failure) : `${code}: ${message}`;
}

const secondsOf = (ms: number): number => Math.round(ms / 1000);

// The flags of `npm run storm`.
import { existsSync } from 'node:fs';
import { decimal, FlagError, readFlags, whole } from '../flags';

export interface Options {
  readonly seed: number;
  readonly executions: number;
  /** How many are played at a time. */
  readonly atOnce: number;
  /** So long everything takes at most. */
  readonly minutes: number;
  /** Temporal suggests a new run after so many events of a history. */
  readonly renewAfter: number;
  /** A history that an earlier run kept, to be replayed; nothing else is done then. */
  readonly replay: string | null;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      seed: { type: 'string', default: '1' },
      executions: { type: 'string', default: '20' },
      'at-once': { type: 'string', default: '6' },
      minutes: { type: 'string', default: '3' },
      'renew-after': { type: 'string', default: '120' },
      replay: { type: 'string' },
    },
  });
  const replay = values.replay ?? null;
  if (replay !== null && !existsSync(replay)) throw new FlagError(`--replay names ${replay}, which does not exist.`);
  return {
    seed: whole('seed', values.seed, [1, 2 ** 31]),
    executions: whole('executions', values.executions, [1, 1_000]),
    atOnce: whole('at-once', values['at-once'], [1, 64]),
    minutes: decimal('minutes', values.minutes, [1, 60]),
    renewAfter: whole('renew-after', values['renew-after'], [20, 10_000]),
    replay,
  };
}

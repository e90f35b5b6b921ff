// The flags of `npm run soak`.
import { decimal, FlagError, readFlags, whole } from '../flags';

export interface Options {
  readonly minutes: number;
  readonly clients: number;
  /** Minutes that are looked at together; the first of them is the warm-up of memory. */
  readonly window: number;
  /** Where the drawing goes. */
  readonly plots: string;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      minutes: { type: 'string', default: '60' },
      clients: { type: 'string', default: '8' },
      window: { type: 'string', default: '10' },
      plots: { type: 'string', default: '.cache/bench/plots' },
    },
  });
  const minutes = decimal('minutes', values.minutes, [0.5, 10_000]);
  const window = decimal('window', values.window, [0.1, 10_000]);
  if (window >= minutes)
    throw new FlagError('--window is less than --minutes: what comes after the first one is looked at.');
  return { minutes, clients: whole('clients', values.clients, [1, 256]), window, plots: values.plots };
}

// The flags of `npm run bench`.
import { decimal, FlagError, listOf, readFlags, whole } from './flags';

export interface Options {
  readonly rounds: number;
  /** Flows of a round at c = 64; at c = 1 a tenth of them. */
  readonly flows: number;
  /** How many flows at a time, one after the other. */
  readonly concurrency: readonly number[];
  /** Or how many flows come in a second, whether those before are done or not: `--arrivals 3,6`. Empty: so many at a time. */
  readonly arrivals: readonly number[];
  readonly check: boolean;
  /** Needs PostgreSQL on this machine. */
  readonly dbos: boolean;
  /** Ours once more, with a receiver that is told of everything. */
  readonly webhooks: boolean;
  /** Where the drawings go, of several numbers of flows at a time. */
  readonly plots: string;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      rounds: { type: 'string', default: '5' },
      flows: { type: 'string', default: '320' },
      concurrency: { type: 'string', default: '64,1' },
      arrivals: { type: 'string', default: '' },
      check: { type: 'boolean', default: false },
      dbos: { type: 'boolean', default: false },
      webhooks: { type: 'boolean', default: false },
      plots: { type: 'string', default: '.cache/bench/plots' },
      /** Of the processes that are started (processes.ts). */
      profile: { type: 'boolean', default: false },
    },
  });
  const concurrency = listOf(values.concurrency, (one) => whole('concurrency', one, [1, 1_000]));
  if (concurrency.length === 0) throw new FlagError('--concurrency is one number or several, such as 64,1.');
  return {
    rounds: whole('rounds', values.rounds, [1, 1_000]),
    flows: whole('flows', values.flows, [1, 100_000]),
    concurrency,
    arrivals: listOf(values.arrivals, (one) => decimal('arrivals', one, [0.1, 1_000])),
    check: values.check,
    dbos: values.dbos,
    webhooks: values.webhooks,
    plots: values.plots,
  };
}

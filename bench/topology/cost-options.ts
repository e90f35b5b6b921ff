// The flags of `npm run topology:cost`.
import { decimal, readFlags, whole } from '../flags';

export interface Options {
  readonly flows: number;
  /** How many at a time. */
  readonly concurrency: number;
  /** How long all of it is watched doing nothing. */
  readonly idleSeconds: number;
  /** In place of those of docker-compose.yml. */
  readonly shards: number | null;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      flows: { type: 'string', default: '640' },
      concurrency: { type: 'string', default: '64' },
      'idle-seconds': { type: 'string', default: '20' },
      shards: { type: 'string' },
    },
  });
  return {
    flows: whole('flows', values.flows, [1, 100_000]),
    concurrency: whole('concurrency', values.concurrency, [1, 1_000]),
    idleSeconds: decimal('idle-seconds', values['idle-seconds'], [1, 3_600]),
    shards: values.shards === undefined ? null : whole('shards', values.shards, [1, 16_384]),
  };
}

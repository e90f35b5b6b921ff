// The flags of `npm run bench:growth`.
import { LIMITS } from '../../src/definition/limits';
import { listOf, readFlags, whole } from '../flags';

/** Sizes, one after the other; of an empty list nothing is measured. */
export interface Options {
  readonly nodes: readonly number[];
  /** Of the definition as JSON. */
  readonly kilobytes: readonly number[];
  readonly open: readonly number[];
  /** Where the drawings go. */
  readonly plots: string;
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: string[]): Options {
  const values = readFlags({
    args,
    options: {
      nodes: { type: 'string', default: '4,20,100' },
      kilobytes: { type: 'string', default: '1,100,500' },
      open: { type: 'string', default: '100,1000,10000' },
      plots: { type: 'string', default: '.cache/bench/plots' },
    },
  });
  return {
    nodes: listOf(values.nodes, (one) => whole('nodes', one, [3, LIMITS.nodesMax])),
    kilobytes: listOf(values.kilobytes, (one) => whole('kilobytes', one, [1, LIMITS.definitionBytesMax / 1024])),
    open: listOf(values.open, (one) => whole('open', one, [1, 1_000_000])),
    plots: values.plots,
  };
}

// The flags of `npm run topology`.
import { readFlags, whole } from '../flags';
import { PORT_MAX } from './low-port';

export interface Options {
  readonly dataDir: string | null;
  readonly temporalPort: number | null;
  readonly dynamicConfig: readonly string[];
  /** What is run against it; empty: it is left running until Ctrl-C. */
  readonly command: readonly string[];
}

/** Throws a FlagError when a flag is not what it may be. */
export function readOptions(args: readonly string[]): Options {
  const end = args.indexOf('--');
  const values = readFlags({
    args: args.slice(0, end === -1 ? args.length : end),
    options: {
      'data-dir': { type: 'string' },
      port: { type: 'string' },
      'dynamic-config': { type: 'string', multiple: true, default: [] },
    },
  });
  return {
    dataDir: values['data-dir'] ?? null,
    temporalPort: values.port === undefined ? null : whole('port', values.port, [1, PORT_MAX]),
    dynamicConfig: values['dynamic-config'],
    command: end === -1 ? [] : args.slice(end + 1),
  };
}

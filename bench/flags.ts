// What a script was told on its command line: the flags that it has, or a line that says what they may be.
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Values<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>['values'];

/** A flag that is none, or not what it may be; its message is a sentence for a person. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Throws a FlagError. */
export function readFlags<T extends ParseArgsConfig>(config: T): Values<T> {
  try {
    return parseArgs(config).values as Values<T>;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw new FlagError(`${error.message.split('. ')[0]}. The flags are ${known.join(', ')}.`, { cause: error });
  }
}

/** Does what needs the flags; when they are wrong, says so in a line and ends the process with 2. */
export function orExit<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

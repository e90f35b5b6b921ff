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
    const wrong = error.message.split('. ')[0]?.replace(/\.$/, '');
    throw new FlagError(`${wrong}. The flags are ${known.join(', ')}.`, { cause: error });
  }
}

export type Bounds = readonly [min: number, max: number];

/** The number that a flag says. Throws a FlagError. */
export function whole(name: string, text: string, [min, max]: Bounds): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  throw new FlagError(`--${name} is a whole number from ${min} to ${max}.`);
}

/** As `whole`, with fractions. */
export function decimal(name: string, text: string, [min, max]: Bounds): number {
  const number = Number(text);
  if (number >= min && number <= max) return number;
  throw new FlagError(`--${name} is a number from ${min} to ${max}.`);
}

/** What stands between commas, each read by `read`. */
export const listOf = (text: string, read: (one: string) => number): number[] =>
  text.split(',').filter(Boolean).map(read);

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

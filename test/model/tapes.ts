// The tapes that make a case: fast-check draws and shrinks them.
import fc from 'fast-check';
import type { Tapes } from './case';

/** How many numbers a tape has at most: enough for 25 nodes, and for 40 inputs. */
const LENGTH_MAX = { definition: 250, inputs: 350 } as const;

const tape = (maxLength: number) => fc.array(fc.noBias(fc.nat(9_999)), { maxLength, size: 'max' });

export const tapes: fc.Arbitrary<Tapes> = fc.record({
  definition: tape(LENGTH_MAX.definition),
  inputs: tape(LENGTH_MAX.inputs),
});

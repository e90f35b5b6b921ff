// The engine does what the reference model of contract 2 expects, in 10,000 generated cases. Half as many reach
// every row of required-rows.ts; `npm run test:deep` makes as many as one likes.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cases } from '../support/cases';
import { runCase } from './case';
import { tapes } from './tapes';

const CASES = cases(10_000, 200);

describe('the engine and the reference model', () => {
  test('agree on every event, state, reply and agent', () => {
    let played = 0;
    fc.assert(
      fc.property(tapes, (tape) => {
        if (runCase(tape)) played += 1;
      }),
      { numRuns: CASES },
    );
    expect(played).toBeGreaterThan(CASES * 0.6);
  }, 600_000);
});

// The engine does what the reference model of contract 2 expects, in 20,000 generated cases.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cases } from '../support/cases';
import { runCase } from './case';
import { tapes } from './tapes';

const CASES = cases(20_000);

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

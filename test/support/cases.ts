// How many cases a property is tried on: all of them, or the share that a run over thousands of mutants can afford, of which
// some properties need a number at least.
export const cases = (count: number, atLeast = 1): number =>
  Math.max(atLeast, Math.ceil(count * Number(process.env.COUNTERSIGN_TEST_CASES_SHARE ?? 1)));

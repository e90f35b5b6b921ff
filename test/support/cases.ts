// How many cases a property is tried on: all of them, or the share that a run over thousands of mutants can afford.
export const cases = (count: number): number =>
  Math.ceil(count * Number(process.env.COUNTERSIGN_TEST_CASES_SHARE ?? 1));

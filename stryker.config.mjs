// Mutation testing of the pure core (`npm run test:mutation`): our own runner, because jest starts anew for every mutant.
export default {
  mutate: ['src/definition/**/*.ts', 'src/engine/**/*.ts'],
  plugins: ['./scripts/mutation/runner.mjs'],
  testRunner: 'pure',
  coverageAnalysis: 'perTest',
  concurrency: 1,
  // A loaded machine is no endless loop.
  timeoutMS: 30_000,
  timeoutFactor: 4,
  incremental: true,
  incrementalFile: '.cache/mutation/incremental.json',
  tempDirName: '.cache/mutation/sandbox',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // The sandbox needs no compiler, and Stryker cannot read this one's settings.
  tsconfigFile: 'none',
  ignorePatterns: ['dist', 'dist-bench', '.data', 'bench'],
  checkers: [],
  thresholds: { high: 90, low: 85, break: 85 },
};

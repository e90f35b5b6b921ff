// Mutation testing of the pure core (`npm run test:mutation`): our own runner, because jest starts anew for every mutant.
export default {
  mutate: ['src/definition/**/*.ts', 'src/engine/**/*.ts'],
  plugins: ['./scripts/mutation/runner.mjs'],
  testRunner: 'pure',
  ignorers: ['unreachable'],
  coverageAnalysis: 'perTest',
  concurrency: 1,
  timeoutMS: 10_000,
  timeoutFactor: 1,
  incremental: true,
  incrementalFile: '.cache/mutation/incremental.json',
  eventReporter: { baseDir: '.cache/mutation/events' },
  tempDirName: '.cache/mutation/sandbox',
  reporters: ['clear-text', 'progress-append-only', 'html'],
  htmlReporter: { fileName: '.cache/mutation/report.html' },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  // The sandbox needs no compiler, and Stryker cannot read this one's settings.
  tsconfigFile: 'none',
  ignorePatterns: ['.cache', 'dist', 'dist-bench', '.data', 'bench'],
  checkers: [],
  thresholds: { high: 90, low: 85, break: 85 },
};

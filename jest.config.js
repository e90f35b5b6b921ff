// One runner for every test. `pure` needs nothing, `server` gets one Temporal dev server per run, `e2e` starts what is
// built, as a user does.
const transform = {
  '^.+\\.[tj]s$': [
    '@swc/jest',
    { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
  ],
};
const PURE = [
  'definition',
  'engine',
  'model',
  'outbound',
  'config',
  'chaos',
  'storm',
  'topology',
  'dispatch',
  'bench',
  'worker',
  'workflows/contract',
];
// Stryker keeps copies of the project in .cache.
const base = {
  testEnvironment: 'node',
  runtime: '<rootDir>/test/support/shared-modules.js',
  transform,
  modulePathIgnorePatterns: ['<rootDir>/.cache/'],
};

module.exports = {
  projects: [
    {
      ...base,
      displayName: 'pure',
      testMatch: [...PURE.map((room) => `<rootDir>/test/${room}/**/*.test.ts`), '<rootDir>/test/*.test.ts'],
    },
    {
      ...base,
      displayName: 'server',
      testMatch: ['<rootDir>/test/*/**/*.test.ts'],
      testPathIgnorePatterns: [...PURE, 'long', 'e2e'].map((room) => `<rootDir>/test/${room}/`),
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
      setupFiles: ['<rootDir>/test/support/quiet-sdk.ts'],
    },
    {
      ...base,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/build.ts',
    },
  ],
  testSequencer: '<rootDir>/test/support/sequencer.js',
  testTimeout: 60_000,
  // Tests of the server wait for it half of the time: three at a time fill two cores.
  maxWorkers: 3,
  // Those that say so wait side by side within their file.
  maxConcurrency: 10,
};

// `npm run record-histories`: jest's own set-up of a Temporal server, with the recorder as the only thing it runs.
const server = require('../../jest.config').projects.find((project) => project.displayName === 'server');

// Early, so that the histories of executions that continue as new stay small.
process.env.COUNTERSIGN_TEST_HISTORY_EVENTS = '100';

module.exports = {
  ...server,
  displayName: 'record',
  rootDir: '../..',
  testMatch: ['<rootDir>/test/replay/record.ts'],
  testPathIgnorePatterns: [],
  testTimeout: 120_000,
};

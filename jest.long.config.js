// The long tests (`npm run test:long`): not part of `npm test`, on a server with its usual bounds.
process.env.COUNTERSIGN_TEST_HISTORY_EVENTS ??= '4096';
const { projects } = require('./jest.config.js');

const server = projects.find((project) => project.displayName === 'server');
module.exports = {
  ...server,
  displayName: 'long',
  rootDir: __dirname,
  testMatch: ['<rootDir>/test/long/**/*.test.ts'],
  testPathIgnorePatterns: [],
};

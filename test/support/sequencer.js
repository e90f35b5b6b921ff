// What takes longest begins first, so that no file runs on alone at the end while the other core is idle. Jest knows the
// times of earlier runs, but a fresh clone has none.
const Sequencer = require('@jest/test-sequencer').default;

const LONGEST = [
  'model/reference',
  'api/fuzz',
  'workflows/generated-cases',
  'api/openapi',
  'api/dialect-races',
  'e2e/separate-processes',
  'workflows/delivery-renewal',
  'e2e/daily-work',
  'delivery/worker-death',
  'delivery/fault-matrix',
  'replay/replay',
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      LONGEST.findIndex((name) => path.endsWith(`test/${name}.test.ts`)) + 1 || LONGEST.length + 1;
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};

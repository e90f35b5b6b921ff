// What takes longest begins first, so that no file runs on alone at the end while the other core is idle: jest knows the times
// of earlier runs, but a fresh clone has none. Files that mostly wait stand beside those that keep a core busy.
const Sequencer = require('@jest/test-sequencer').default;

const LONGEST = [
  'workflows/delivery-renewal',
  'api/openapi',
  'workflows/generated-cases',
  'workflows/large',
  'e2e/separate-processes',
  'api/fuzz',
  'delivery/worker-death',
  'model/reference',
  'workflows/agents',
  'api/triggers/schedules',
  'e2e/neighbours',
  'delivery/redelivery',
  'api/definitions/list',
  'api/definitions/update',
  'e2e/daily-work',
  'replay/replay',
  'api/dialect-races',
  'workflows/webhooks',
  'api/nodes/notification-nodes',
  'api/conductor/client',
  'scale/races',
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      LONGEST.findIndex((name) => path.endsWith(`test/${name}.test.ts`)) + 1 || LONGEST.length + 1;
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};

// What takes longest begins first, so that no file runs on alone at the end while the other core is idle: jest knows the times
// of earlier runs, but a fresh clone has none. Files that mostly wait stand beside those that keep a core busy.
const Sequencer = require('@jest/test-sequencer').default;

const LONGEST = [
  'workflows/queries',
  'workflows/delivery-renewal',
  'e2e/daily-work',
  'replay/replay',
  'workflows/large',
  'workflows/generated-cases',
  'e2e/separate-processes',
  'workflows/operators-end-work',
  'workflows/renewal-news',
  'delivery/worker-death',
  'api/openapi',
  'model/reference',
  'api/executions/read-together',
  'workflows/agents',
  'api/fuzz',
  'api/triggers/schedules',
  'api/conductor/read',
  'delivery/redelivery',
  'e2e/neighbours',
  'delivery/fault-matrix',
  'api/dialect-races',
  'e2e/steps-outside',
  'api/definitions/update',
  'e2e/triggers',
  'delivery/hanging',
  'api/definitions/delete',
  'api/definitions/list',
  'api/reviews/list',
  'workflows/webhooks',
  'api/nodes/notification-nodes',
  'scale/races',
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) =>
      LONGEST.findIndex((name) => path.endsWith(`test/${name}.test.ts`)) + 1 || LONGEST.length + 1;
    return super.sort(tests).sort((one, other) => rank(one) - rank(other));
  }
};

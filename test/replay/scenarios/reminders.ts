// Stories of people who are reminded, and of those who pass their part on.
import { human, type Shape } from '../../engine/scene';
import type { Scenario } from './scenario';

const reminding = (config: object, rest: object = {}): Shape => ({
  nodes: [{ nodeId: 'review', type: 'human', config: { reviewerIds: ['ada', 'bob'], ...config }, ...rest }],
});
/** Events until the step waits. */
const WAITING = 4;
const ignored = (attempt: Promise<unknown>) => attempt.catch(() => undefined);

const reminders: readonly Scenario[] = [
  {
    name: 'is-reminded-twice-and-approves',
    shape: reminding({ remindEveryMs: 1_000, maxReminders: 2 }),
    play: async (it) => {
      await it.happened(WAITING + 1);
      await it.approve('review', 'bob');
      await it.happened(WAITING + 3);
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'is-reminded-by-mail-and-rejects',
    shape: reminding({ remindAfterMs: 1_000, reminderRecipients: ['ada@acme.com'] }),
    play: async (it) => {
      await it.happened(WAITING + 1);
      await it.reject('review');
      await it.ended();
    },
  },
  {
    name: 'decides-before-it-is-reminded',
    shape: reminding({ remindAfterMs: 3_600_000, reviewerIds: ['ada'] }),
    play: async (it) => {
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'breaches-when-its-reminder-is-due',
    shape: reminding({ remindAfterMs: 1_000 }, { slaMs: 1_000 }),
    play: (it) => it.ended(),
  },
  {
    name: 'is-reminded-before-it-breaches-beside-another',
    shape: {
      nodes: [
        ...reminding({ remindAfterMs: 1_000 }, { slaMs: 4_000 }).nodes,
        human('other', ['ada'], { slaMs: 9_000 }),
      ],
    },
    play: (it) => it.ended(),
  },
];

const reassignments: readonly Scenario[] = [
  {
    name: 'passes-it-on-and-the-other-approves',
    shape: { nodes: [human('review', ['ada'])] },
    play: async (it) => {
      await it.reassign('review', 'ada', 'cleo');
      await ignored(it.approve('review'));
      await it.approve('review', 'cleo');
      await it.ended();
    },
  },
  {
    name: 'passes-it-on-twice-and-not-where-it-may-not',
    shape: reminding({}),
    play: async (it) => {
      await it.reassign('review', 'ada', 'cleo');
      await ignored(it.reassign('review', 'ada', 'cleo'));
      await ignored(it.reassign('review', 'bob', 'cleo'));
      await it.reassign('review', 'cleo', 'ada');
      await it.approve('review');
      await it.approve('review', 'bob');
      await it.ended();
    },
  },
];

/** Each decision is an update of its own, so that the history passes the bound at which it continues as new. */
const REVIEWS = 24;
const renewed: Scenario = {
  name: 'renewed-and-reminded',
  shape: {
    nodes: [
      ...Array.from({ length: REVIEWS }, (_, index) => human(`r${index}`, ['ada'])),
      { nodeId: 'last', type: 'human', config: { reviewerIds: ['ada'], remindEveryMs: 15_000, maxReminders: 1 } },
    ],
  },
  play: async (it) => {
    await it.reassign('last', 'ada', 'cleo');
    for (let index = 0; index < REVIEWS; index++) await it.approve(`r${index}`);
    // Of each step three events, of each decision three more; then the dispatch, the reassignment and the reminder.
    await it.happened(3 * (REVIEWS + 1) + 3 * REVIEWS + 3);
    await it.approve('last', 'cleo');
    await it.ended();
  },
};

export const REMINDER_SCENARIOS: readonly Scenario[] = [
  ...[...reminders, ...reassignments].map((scenario) => ({ ...scenario, name: `human-${scenario.name}` })),
  renewed,
];

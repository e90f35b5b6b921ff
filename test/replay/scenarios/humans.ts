// Stories of human steps: decisions by update and signal, deadlines, overrides, cancels.
import { OVERRIDE_ACTIONS } from '../../../src/engine/run';
import { agent, edge, human, type Shape } from '../../engine/scene';
import type { Scenario, Story } from './scenario';

const alone: Shape = { nodes: [human('review', ['ada'])] };
const pair: Shape = { nodes: [human('review', ['ada', 'bob'])] };
const then = (on: object, rest: object = {}): Shape => ({
  nodes: [human('review', ['ada'], rest), human('next', ['ada'])],
  edges: [edge('review', 'next', on)],
});
const side: Shape = { nodes: [human('review', ['ada']), human('next', ['ada'])] };
const panel: Shape = {
  nodes: [
    {
      nodeId: 'review',
      type: 'human',
      config: {
        reviewers: [
          { userId: 'ada', mandatory: true },
          { userId: 'guest', mandatory: false },
        ],
      },
    },
  ],
};
const approveNext = async (story: Story) => {
  await story.approve('next');
  await story.ended();
};
const ignored = (attempt: Promise<unknown>) => attempt.catch(() => undefined);

const decisions: readonly Scenario[] = [
  {
    name: 'approves',
    shape: alone,
    play: async (it) => {
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'rejects-unhandled',
    shape: alone,
    play: async (it) => {
      await it.reject('review');
      await it.ended();
    },
  },
  {
    name: 'rejects-and-an-edge-takes-it',
    shape: then({ on: 'reject' }),
    play: async (it) => {
      await it.reject('review');
      await approveNext(it);
    },
  },
  {
    name: 'rejects-and-an-always-edge-takes-it',
    shape: then({ on: 'always' }),
    play: async (it) => {
      await it.reject('review');
      await approveNext(it);
    },
  },
  {
    name: 'approves-and-a-condition-holds',
    shape: then({ when: 'output.approveCount == 1 && startsWith(step.nodeId, "rev")' }),
    play: async (it) => {
      await it.approve('review');
      await approveNext(it);
    },
  },
  {
    name: 'approves-and-no-condition-holds',
    shape: then({ when: 'regex(output.commentBody, "^x+$")' }),
    play: async (it) => {
      await it.approve('review');
      await it.ended();
    },
  },
  {
    name: 'waits-for-two-people',
    shape: pair,
    play: async (it) => {
      await it.approve('review');
      await it.approve('review', 'bob');
      await it.ended();
    },
  },
  {
    name: 'is-rejected-by-a-guest',
    shape: panel,
    play: async (it) => {
      await it.reject('review', 'guest');
      await it.ended();
    },
  },
  {
    name: 'approves-by-signal',
    shape: alone,
    play: async (it) => {
      await it.signal('review', 'ada');
      await it.ended();
    },
  },
  {
    name: 'ignores-signals-that-do-not-count',
    shape: pair,
    play: async (it) => {
      await it.signal('review', 'stranger');
      await it.signal('review', 'ada');
      await it.signal('review', 'ada', 'reject');
      await it.handle.signal('reviewerDecision', 'nonsense');
      await it.approve('review', 'bob');
      await it.ended();
    },
  },
  {
    name: 'refuses-updates-that-do-not-count',
    shape: pair,
    play: async (it) => {
      await it.approve('review');
      await ignored(it.reject('review'));
      await ignored(it.approve('review', 'stranger'));
      await it.approve('review', 'bob');
      await it.ended();
    },
  },
  {
    name: 'takes-two-decisions-at-once',
    shape: pair,
    play: async (it) => {
      await it.step('review');
      await Promise.all([it.approve('review'), it.approve('review', 'bob')]);
      await it.ended();
    },
  },
  {
    name: 'waits-with-five-others',
    shape: { nodes: ['review', 'b', 'c', 'd', 'e', 'f'].map((id) => human(id, [id])) },
    play: async (it) => {
      for (const id of ['c', 'review', 'b', 'f', 'e', 'd']) await it.approve(id, id);
      await it.ended();
    },
  },
];

const deadlines: readonly Scenario[] = [
  {
    name: 'deadline-has-passed-when-it-is-first-looked-at',
    shape: { nodes: [human('review', ['ada'], { slaMs: 1 })] },
    play: (it) => it.ended(),
  },
  { name: 'breaches-unhandled', shape: { nodes: [human('review', ['ada'], { slaMs: 50 })] }, play: (it) => it.ended() },
  {
    name: 'breaches-and-an-edge-takes-it',
    shape: then({ when: 'step.status == "breached"' }, { slaMs: 50 }),
    play: approveNext,
  },
  {
    name: 'is-decided-before-its-deadline',
    shape: then({}, { slaMs: 3_600_000 }),
    play: async (it) => {
      await it.approve('review');
      await approveNext(it);
    },
  },
  {
    name: 'moves-the-timer-to-the-nearest-deadline',
    shape: {
      nodes: [
        human('review', ['ada'], { slaMs: 3_600_000 }),
        human('soon', ['ada'], { slaMs: 200 }),
        human('late', ['ada'], { slaMs: 400 }),
        human('after', ['ada']),
      ],
      edges: [edge('soon', 'after', { on: 'always' }), edge('late', 'after', { on: 'always' })],
    },
    play: async (it) => {
      await it.step('soon', 'breached');
      await it.step('late', 'breached');
      await it.cancel();
      await it.ended();
    },
  },
  {
    name: 'breaches-when-the-conditions-of-the-execution-are-spent',
    shape: oftenAsked(),
    play: (it) => it.ended(),
  },
];

/** Fourteen steps, each of whose condition takes about a tenth of what all of them have together: the rest are false. */
function oftenAsked(): Shape {
  const before = Array.from({ length: 14 }, (_, n) => `a${n}`);
  const review = human('review', ['ada'], { slaMs: 500 });
  return {
    nodes: [
      ...before.map((nodeId) => agent(nodeId, { agentId: 'ok' })),
      { ...review, config: { ...review.config, commentBody: 'x'.repeat(8_000) } },
      human('next', ['ada']),
    ],
    edges: [
      ...before.map((nodeId) => edge(nodeId, 'review')),
      edge('review', 'next', { when: 'regex(output.commentBody, "^x{450}")' }),
    ],
  };
}

const overrides: readonly Scenario[] = OVERRIDE_ACTIONS.map((action) => ({
  name: `is-ended-by-${action}`,
  shape: then({ on: 'always' }),
  play: async (it) => {
    await it.override('review', action, { output: { note: 'n' }, reason: 'in a hurry' });
    await approveNext(it);
  },
}));

const halfCharacters: readonly Scenario[] = [
  {
    name: 'is-completed-with-half-a-character',
    shape: then({ when: 'output.note == "x\ufffd"' }),
    play: async (it) => {
      await it.override('review', 'force-complete', { output: { note: 'x\ud83d' } });
      await approveNext(it);
    },
  },
];

const cancels: readonly Scenario[] = [
  {
    name: 'asks-again-for-its-close',
    shape: alone,
    play: async (it) => {
      await it.step('review', 'waiting');
      await it.cancel();
      await it.ended();
    },
  },
  {
    name: 'is-cancelled-and-with-it-the-execution',
    shape: alone,
    play: async (it) => {
      await it.cancelStep('review');
      await it.ended();
    },
  },
  {
    name: 'is-cancelled-beside-another',
    shape: side,
    play: async (it) => {
      await it.cancelStep('review');
      await approveNext(it);
    },
  },
  {
    name: 'waits-when-the-execution-is-cancelled',
    shape: side,
    play: async (it) => {
      await it.step('next');
      await it.cancel('off');
      await it.ended();
    },
  },
  {
    name: 'waits-when-the-execution-is-cancelled-without-a-reason',
    shape: alone,
    play: async (it) => {
      await it.step('review');
      await it.cancel();
      await it.ended();
    },
  },
  {
    name: 'waits-when-an-operator-cancels-the-workflow',
    shape: alone,
    play: async (it) => {
      await it.step('review');
      await it.handle.cancel();
      await it.ended();
    },
  },
];

export const HUMAN_SCENARIOS: readonly Scenario[] = [
  ...decisions,
  ...deadlines,
  ...overrides,
  ...halfCharacters,
  ...cancels,
].map((scenario) => ({
  ...scenario,
  name: `human-${scenario.name}`,
}));

// When a workflow task begins anew because only the history tells what came first (docs/decisions/0134-tasks-that-queries-cut.md).
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { msToTs } from '@temporalio/common/lib/time';
import { setActivator } from '@temporalio/workflow/lib/global-attributes';
import {
  interceptors,
  isRenewalSuggested,
  noteAcceptedUpdate,
  noteWait,
  tasksOfNews,
  tasksSoFar,
  workOffNews,
} from '../../src/workflows/news-in-turn';
import { NEWS_RULES } from './news-rules';

type Internals = NonNullable<ReturnType<typeof interceptors>['internals']>[number];
type Activate = NonNullable<Internals['activate']>;
type Activation = Parameters<Activate>[0]['activation'];
type Jobs = NonNullable<Activation['jobs']>;

const END_OF_LOCAL: Jobs[number] = { resolveActivity: { seq: 1, isLocal: true } };
const END_OF_ORDINARY: Jobs[number] = { resolveActivity: { seq: 2 } };
const OWN_CANCEL: Jobs[number] = { resolveActivity: { seq: 3, result: { cancelled: {} } } };
const TIMER: Jobs[number] = { fireTimer: { seq: 1 } };
const UPDATE: Jobs[number] = { doUpdate: { id: 'u' } };
const SIGNAL: Jobs[number] = { signalWorkflow: { signalName: 's' } };
const START: Jobs[number] = { initializeWorkflow: {} };
const QUERY: Jobs[number] = { queryWorkflow: { queryId: 'q' } };

interface Brought {
  readonly jobs: Jobs;
  readonly historyLength: number;
  readonly isReplaying?: boolean;
  /** When its task began. */
  readonly seconds?: number;
}

type Commands = Parameters<NonNullable<Internals['concludeActivation']>>[0]['commands'];

const suggestRenewal = (continueAsNewSuggested: boolean) =>
  setActivator({ info: { runId: 'run', continueAsNewSuggested } } as Parameters<typeof setActivator>[0]);

let activate: (brought: Brought) => number;
let concluded: (commands: Commands) => Commands | undefined;
beforeEach(() => {
  suggestRenewal(false);
  const [internals] = interceptors().internals ?? [];
  concluded = (commands) => internals?.concludeActivation?.({ commands }, (input) => input).commands;
  /** How many jobs the workflow was handed. */
  activate = ({ jobs, historyLength, isReplaying = false, seconds }) => {
    let handedOver = 0;
    const timestamp = seconds === undefined ? null : msToTs(seconds * 1_000);
    internals?.activate?.(
      { activation: { jobs, historyLength, isReplaying, timestamp } as Activation, batchIndex: 0 },
      (input) => {
        handedOver += input.activation.jobs?.length ?? 0;
      },
    );
    return handedOver;
  };
});
afterEach(() => {
  const [internals] = interceptors().internals ?? [];
  internals?.dispose?.({}, () => undefined);
  setActivator(undefined as never);
});

test('the end of a local activity with other news of the next task makes it begin anew', () => {
  activate({ jobs: [TIMER], historyLength: 3 });
  expect(() => activate({ jobs: [END_OF_ORDINARY, END_OF_LOCAL], historyLength: 7 })).toThrow(/Nothing is wrong/);
});

test.each([
  ['an update', UPDATE],
  ['a signal', SIGNAL],
])(
  'so it does with %s where ends come last, for an end that was recorded with the task before replays first',
  (_what, job) => {
    workOffNews('locals-last', NEWS_RULES);
    activate({ jobs: [TIMER], historyLength: 3 });
    expect(() => activate({ jobs: [job, END_OF_LOCAL], historyLength: 7 })).toThrow(/Nothing is wrong/);
  },
);

test('what has ended is not cancelled, though what came with its end was worked off before and asks for that', () => {
  activate({ jobs: [END_OF_LOCAL, UPDATE], historyLength: 3 });
  const cancel = (seq: number) => ({ requestCancelLocalActivity: { seq } });
  expect(concluded([cancel(1), cancel(2)])).toEqual([cancel(2)]);
  activate({ jobs: [TIMER], historyLength: 3 });
  expect(concluded([cancel(1)])).toEqual([cancel(1)]);
});

test('what was asked for in the same answer is cancelled: it has not begun, and must not beside an update', () => {
  workOffNews('locals-last', NEWS_RULES);
  activate({ jobs: [UPDATE], historyLength: 3 });
  const commands = [{ scheduleLocalActivity: { seq: 5 } }, { requestCancelLocalActivity: { seq: 5 } }];
  expect(concluded(commands)).toEqual(commands);
});

test('nothing that runs within a task is cancelled, for it may end just then; what runs elsewhere is', () => {
  workOffNews('locals-last', NEWS_RULES);
  activate({ jobs: [TIMER], historyLength: 3 });
  const elsewhere = { requestCancelActivity: { seq: 2 } };
  expect(concluded([{ requestCancelLocalActivity: { seq: 1 } }, elsewhere])).toEqual([elsewhere]);
  expect(tasksSoFar()).toBe(0);
});

test('an end alone, or other news alone, is handed over', () => {
  activate({ jobs: [TIMER], historyLength: 3 });
  expect(activate({ jobs: [END_OF_LOCAL], historyLength: 7 })).toBe(1);
  expect(activate({ jobs: [END_OF_ORDINARY, TIMER], historyLength: 11 })).toBe(2);
});

test('ends that come together within one task are handed over: an execution that ends has them', () => {
  activate({ jobs: [TIMER], historyLength: 7 });
  expect(activate({ jobs: [END_OF_LOCAL, END_OF_ORDINARY], historyLength: 7 })).toBe(2);
});

test('what comes right after a replay is handed over, so that a task does not begin anew for the same cause twice', () => {
  activate({ jobs: [TIMER], historyLength: 3, isReplaying: true });
  expect(activate({ jobs: [END_OF_LOCAL, TIMER], historyLength: 7 })).toBe(2);
});

test('a query in between counts as what came live, for it is what cuts a task', () => {
  activate({ jobs: [TIMER], historyLength: 3, isReplaying: true });
  activate({ jobs: [QUERY], historyLength: 3, isReplaying: true });
  expect(() => activate({ jobs: [END_OF_LOCAL, TIMER], historyLength: 7 })).toThrow(/Nothing is wrong/);
});

test('a replay hands over whatever it has', () => {
  activate({ jobs: [TIMER], historyLength: 3, isReplaying: true });
  expect(activate({ jobs: [END_OF_LOCAL, TIMER], historyLength: 7, isReplaying: true })).toBe(2);
});

describe('what came first when a worker took a run up by a replay', () => {
  const ALONE: Jobs[number] = { queryWorkflow: { queryId: 'legacy_query' } };
  const takenUp = (...jobs: Jobs) => {
    activate({ jobs: [TIMER], historyLength: 3, seconds: 1, isReplaying: true });
    // Of a task without anything of its own, or of one that failed, is the clock.
    activate({ jobs, historyLength: 9, seconds: 2 });
  };

  test('is not shown to a query that may have brought it ahead of its task', () => {
    takenUp(SIGNAL);
    expect(() => activate({ jobs: [ALONE], historyLength: 9, seconds: 2 })).toThrow(/Nothing is wrong/);
  });

  test('is shown to what proves that a task brought it: a query of that task, an update, and what a next one brings', () => {
    takenUp(SIGNAL);
    activate({ jobs: [QUERY], historyLength: 9, seconds: 2 });
    activate({ jobs: [ALONE], historyLength: 9, seconds: 2 });
    takenUp(SIGNAL, UPDATE);
    activate({ jobs: [ALONE], historyLength: 9, seconds: 2 });
    takenUp(SIGNAL);
    activate({ jobs: [TIMER], historyLength: 13, seconds: 3 });
    expect(activate({ jobs: [ALONE], historyLength: 13, seconds: 3 })).toBe(1);
  });

  test('nor is the start of a run to one that comes behind a task that left nothing; that of a new run is', () => {
    activate({ jobs: [START], historyLength: 3, seconds: 1 });
    expect(activate({ jobs: [ALONE], historyLength: 3, seconds: 1 })).toBe(1);
    activate({ jobs: [START], historyLength: 5, seconds: 1 });
    expect(() => activate({ jobs: [ALONE], historyLength: 5, seconds: 1 })).toThrow(/Nothing is wrong/);
  });
});

describe('what has the clock of the task before', () => {
  test('was brought by a query ahead of its own, and is handed over with that', () => {
    activate({ jobs: [TIMER], historyLength: 3, seconds: 1, isReplaying: true });
    for (const job of [TIMER, SIGNAL, END_OF_ORDINARY]) {
      expect(() => activate({ jobs: [job], historyLength: 7, seconds: 1 })).toThrow(/Nothing is wrong/);
    }
    expect(activate({ jobs: [TIMER], historyLength: 8, seconds: 2 })).toBe(1);
  });

  test('is handed over after forty times: what was terminated has no further task', () => {
    activate({ jobs: [TIMER], historyLength: 13, seconds: 1, isReplaying: true });
    const bring = () => activate({ jobs: [SIGNAL], historyLength: 17, seconds: 1 });
    for (let time = 0; time < 40; time++) expect(bring).toThrow(/Nothing is wrong/);
    expect(bring()).toBe(1);
  });

  test('and was handed over by itself, makes its task begin anew when that comes after all', () => {
    activate({ jobs: [TIMER], historyLength: 33, seconds: 1, isReplaying: true });
    const bring = () => activate({ jobs: [SIGNAL], historyLength: 37, seconds: 1 });
    for (let time = 0; time < 40; time++) expect(bring).toThrow(/Nothing is wrong/);
    bring();
    expect(activate({ jobs: [QUERY], historyLength: 37, seconds: 1 })).toBe(1);
    expect(() => activate({ jobs: [UPDATE], historyLength: 38, seconds: 2 })).toThrow(/Nothing is wrong/);
  });

  test('is handed over where it belongs to that: ends, own cancels, and updates that a query cut off', () => {
    activate({ jobs: [TIMER], historyLength: 3, seconds: 1 });
    for (const job of [END_OF_LOCAL, OWN_CANCEL, UPDATE]) {
      expect(activate({ jobs: [job], historyLength: 3, seconds: 1 })).toBe(1);
    }
  });

  test('makes the task begin anew when the workflow has begun to wait for a new run', () => {
    activate({ jobs: [TIMER], historyLength: 23, seconds: 1 });
    noteWait();
    expect(() => activate({ jobs: [UPDATE], historyLength: 23, seconds: 1 })).toThrow(/Nothing is wrong/);
  });
});

test('an end that comes first in its task, and takes back what the task before has asked for, makes it begin anew', () => {
  activate({ jobs: [TIMER], historyLength: 3 });
  concluded([{ startTimer: { seq: 7 } }, { scheduleActivity: { seq: 8 } }]);
  activate({ jobs: [END_OF_LOCAL], historyLength: 7 });
  expect(() => concluded([{ cancelTimer: { seq: 7 } }])).toThrow(/Nothing is wrong/);
  expect(() => concluded([{ requestCancelActivity: { seq: 8 } }])).toThrow(/Nothing is wrong/);
  expect(concluded([{ cancelTimer: { seq: 6 } }])).toHaveLength(1);
});

test('a new run is due by what was suggested with news, not with the end of a local activity, which may be of the task before', () => {
  workOffNews('locals-last', NEWS_RULES);
  activate({ jobs: [TIMER], historyLength: 3 });
  suggestRenewal(true);
  activate({ jobs: [END_OF_LOCAL], historyLength: 7 });
  expect(isRenewalSuggested()).toBe(false);
  activate({ jobs: [TIMER], historyLength: 11 });
  expect(isRenewalSuggested()).toBe(true);
});

test('what the workflow cancelled itself is no other task than what cancelled it', () => {
  workOffNews('locals-last', NEWS_RULES);
  activate({ jobs: [TIMER], historyLength: 3 });
  concluded([{ startTimer: { seq: 7 } }]);
  const before = tasksOfNews();
  activate({ jobs: [OWN_CANCEL], historyLength: 3 });
  expect(tasksOfNews()).toBe(before);
  activate({ jobs: [TIMER], historyLength: 7 });
  expect(tasksOfNews()).toBe(before + 1);
});

describe('the number of a task, by which it is told what goes with one answer', () => {
  const COMMAND = { upsertWorkflowSearchAttributes: {} };
  const LOCAL = { scheduleLocalActivity: { seq: 1 } };
  const task = (commands: Commands, jobs: Jobs, isAccepted = false) => {
    activate({ jobs, historyLength: 3 });
    if (isAccepted) noteAcceptedUpdate();
    concluded(commands);
    return tasksSoFar();
  };
  beforeEach(() => workOffNews('locals-last', NEWS_RULES));

  test('is another one with what comes after something that stands in the history', () => {
    const first = task([COMMAND], [TIMER]);
    expect(task([COMMAND], [TIMER])).toBe(first + 1);
    expect(task([COMMAND], [UPDATE], true)).toBe(first + 2);
    expect(task([], [TIMER])).toBe(first + 3);
  });

  test('is the same with a refused update, of which a replay knows nothing', () => {
    const first = task([COMMAND], [TIMER]);
    expect(task([{ updateResponse: {} }], [UPDATE])).toBe(first);
    expect(task([COMMAND], [TIMER])).toBe(first + 1);
  });

  test('is the same after a task that left nothing in the history: a replay takes both as one', () => {
    const first = task([LOCAL], [TIMER]);
    const pair = [{ startTimer: { seq: 7 } }, { cancelTimer: { seq: 7 } }];
    expect(task(pair, [SIGNAL])).toBe(first);
    expect(task([COMMAND], [UPDATE], true)).toBe(first);
    expect(task([], [END_OF_LOCAL])).toBe(first);
    expect(task([], [TIMER])).toBe(first + 1);
  });
});

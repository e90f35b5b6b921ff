// Recorded histories are replayed with the workflows as they stand: what they decided then they must decide again, in the same
// order. `npm run record-histories` records them anew, which is right only before a release (docs/replay.md).
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { RULES } from '../../src/engine/advance';
import { OTHER_SCENARIOS, SCENARIOS } from './scenarios/all';

const HISTORIES = join(__dirname, 'histories');
const HISTORIES_MIN = 100;
/** What the bundle calls the SDK in a file that imports it first. */
const SDK = '_temporalio_workflow__WEBPACK_IMPORTED_MODULE_0__';

interface Recorded {
  readonly name: string;
  readonly history: unknown;
}

const recorded: readonly Recorded[] = readdirSync(HISTORIES).flatMap((rules) =>
  readdirSync(join(HISTORIES, rules)).map((file) => ({
    name: `${rules}/${file}`,
    history: JSON.parse(readFileSync(join(HISTORIES, rules, file), 'utf8')),
  })),
);

/** What went wrong with each history, if anything. */
async function* replayed(
  codePath: string,
  of: readonly Recorded[] = recorded,
): AsyncGenerator<{ readonly name: string; readonly error: Error | null }> {
  // Without `debugMode: false` the SDK lets replayed workflows take as long as they like.
  const options = { workflowBundle: { codePath }, debugMode: false };
  const histories = of.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    yield { name: workflowId, error: error ?? null };
  }
}

describe('the recorded histories', () => {
  const errors = new Map<string, Error | null>();
  beforeAll(async () => {
    const bundle = process.env.COUNTERSIGN_TEST_BUNDLE as string;
    for await (const { name, error } of replayed(bundle)) errors.set(name, error);
  }, 180_000);

  test('there are a hundred of them at least, one for each story, by rules that are known', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(HISTORIES_MIN);
    const known = Array.from({ length: RULES }, (_, index) => `rules-${index + 1}`);
    expect(readdirSync(HISTORIES).filter((rules) => !known.includes(rules))).toEqual([]);
    const stories = new Set(recorded.map(({ name }) => basename(name, '.json')));
    const missing = [...SCENARIOS, ...OTHER_SCENARIOS].filter(({ name }) => !stories.has(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test.each(recorded.map(({ name }) => name))('%s', (name) => {
    expect(errors.get(name)).toBeNull();
  });
});

/**
 * Changes that no test of the workflows' results would find. They are made in the bundle, so that none needs bundling, and
 * tried on the histories that can show them.
 */
const MUTANTS = [
  {
    name: 'effects are performed in another order',
    from: 'effects.shift()',
    to: 'effects.pop()',
    shownBy: 'group',
  },
  {
    name: 'a timer is started before the first step',
    from: '.serveInbox)(shell);',
    to: `.serveInbox)(shell); void ${SDK}.condition(() => false, 1);`,
    shownBy: 'agent',
  },
  {
    name: 'labels are shown before agents are asked',
    from: 'isHeld || (isHeld = mustHold(updatesHandled));',
    to: 'isHeld || (isHeld = mustHold(updatesHandled)); afterwards();',
    shownBy: 'agent',
  },
  {
    name: 'work whose steps ended is not told to stop',
    from: 'work.cancel(effect.stepId);',
    to: '',
    shownBy: 'agent',
  },
  {
    name: 'a rule of the engine is another one',
    from: 'approving.length < group.quorum',
    to: 'approving.length <= group.quorum',
    shownBy: 'group',
  },
  {
    name: 'a definition without schedules asks for them all the same',
    from: 'if (schedules.length > 0)',
    to: 'if (schedules.length >= 0)',
    shownBy: 'definition',
  },
  {
    name: 'deliveries never continue as new',
    from: `${SDK}.workflowInfo)().continueAsNewSuggested && work`,
    to: `${SDK}.workflowInfo)().historyLength < 0 && work`,
    shownBy: 'webhook-delivery',
  },
  {
    name: 'deliveries from before there were batches are attempted in batches',
    from: 'rules = false',
    to: 'rules = true',
    shownBy: 'webhook-delivery',
  },
  {
    name: 'deliveries from before each event had its own time begin before all of a batch are due',
    from: 'isExact: rank >= 2',
    to: 'isExact: rank >= 1',
    shownBy: 'webhook-delivery-goes-together',
  },
  {
    name: 'a batch of deliveries that need not wait takes no number',
    from: 'else if (rules.numberEach) takeTimerNumber();',
    to: '',
    shownBy: 'prolonged-task',
  },
  {
    name: 'updates are worked off before what else their task brings',
    from: 'if (context.takesUpdatesLast)',
    to: 'if (false)',
    shownBy: 'that-a-query-brought',
  },
  {
    name: 'what a task brings is worked off at once',
    from: 'if (context.takesNewsInTurn)',
    to: 'if (false)',
    shownBy: 'task-that-asked-for-nothing',
  },
  {
    name: 'the end of an agent that an earlier task asked for is worked off before an update of the task in which it ends',
    from: 'if (context.takesLocalsLast)',
    to: 'if (false)',
    shownBy: 'update-beside-an-agent-of-an-earlier-task',
  },
  {
    name: 'the task of an update is told by the length of the history',
    from: 'taskNow: context.takesLocalsLast ?',
    to: 'taskNow: false ?',
    shownBy: 'agents-beside-updates',
  },
  {
    name: 'an agent begins locally beside an update',
    from: 'hasUpdate = updateHandledIn === taskNow()',
    to: 'hasUpdate = false',
    shownBy: 'agents-beside-updates',
  },
  {
    name: 'an accepted update begins no task',
    from: "if (run.rule === 'locals-last') countTask(run);",
    to: '',
    shownBy: 'agents-beside-updates',
  },
  {
    name: 'agents begin locally however much is at work',
    from: 'context.runsFewLocally ?',
    to: 'false ?',
    shownBy: 'where-much-is-at-work',
  },
  {
    name: 'what comes next does not wait until all that came before has had its consequences',
    from: 'const LOOKS_MAX = 10;',
    to: 'const LOOKS_MAX = 1;',
    shownBy: 'consequences-before',
  },
  {
    name: 'a condition that came true does not count',
    from: 'if (is) cameTrue += 1;',
    to: 'if (is && /wasNext/.test(isMet.toString())) cameTrue += 1;',
    shownBy: 'consequences-before',
  },
  {
    name: 'a run that continues another one shows who is waited for only when that has changed',
    from: 'isFirst || isWorthAnEvent',
    to: 'isWorthAnEvent',
    shownBy: 'renewed-run-that-begins-first-continued',
  },
  {
    name: 'what a task asks for is counted anew for each activation',
    from: 'context.keepsTasksSmall === true);',
    to: 'false);',
    shownBy: 'requests-in-several-tasks',
  },
  {
    name: 'that a worker is shut down is a failure',
    from: 'outlivesShutdowns && wasShutDown(error)',
    to: 'false',
    shownBy: 'outlives-shutdowns',
  },
  {
    name: 'that an operator resets the last attempt is a failure',
    from: 'outlivesResets && wasReset(error)',
    to: 'false',
    shownBy: 'outlives-a-reset',
  },
  {
    name: 'a deadline that has passed wakes at once',
    from: 'alwaysByTimer || ',
    to: '',
    shownBy: 'deadline-has-passed-when-it-is-first-looked-at',
  },
  {
    name: 'a timer of a quick agent is taken back in the task that started it',
    from: 'takesBackLater: context.takesBackLater === true',
    to: 'takesBackLater: false',
    shownBy: 'deadline-of-a-quick-agent',
  },
  {
    name: 'a group is judged before the edges of all that ended with its first member',
    from: 'facts.judgesLast === true ? turn.ended.length : 1',
    to: '1',
    shownBy: 'agents-of-a-group-fail-together-as-they-start',
  },
  {
    name: 'the first steps are named at random',
    from: 'if (!namesStepsByRun)',
    to: 'if (true)',
    shownBy: 'steps-are-named-by-the-run',
  },
  {
    name: 'that it waits for its new run is not in the history',
    from: 'if (context.marksWaits)',
    to: 'if (false)',
    shownBy: 'renewed-after-a-wait',
  },
  {
    name: 'a task in which a decision has its time leaves nothing else in the history',
    from: 'const isLost = keepsTimes && ',
    to: 'const isLost = false && ',
    shownBy: 'human-counts-a-signal-of-which-nothing-follows',
  },
  {
    name: 'what a quick agent takes back, and another one has asked for in the same task, never begins',
    from: 'askedInTask.set(scheduleActivity.seq, task);',
    to: 'void 0;',
    shownBy: 'quick-agent-takes-back-what-another-one-has-asked-for',
  },
  {
    name: 'what a cancel takes back counts as taken back by a quick agent that ends in the same activation',
    from: 'if (run.areLocalsHandedOver) run.cancels.stopped.add(',
    to: 'run.cancels.stopped.add(',
    shownBy: 'cancelled-while-quick-agents-end',
  },
  {
    name: 'what a quick agent takes back of its own task is told to stop at once',
    from: 'run.cancelsLater ? ',
    to: 'false ? ',
    shownBy: 'quick-agent-takes-back-what-another-one-has-asked-for',
  },
  {
    name: 'a look that an operator ended closes the delivery workflow, as by earlier rules',
    from: 'const outlivesEnds = rank >= 4',
    to: 'const outlivesEnds = rank >= 5',
    shownBy: 'webhook-delivery-goes-on-after-a-look-that-an-operator-ended',
  },
  {
    name: 'what is cancelled fails where its close was not asked for',
    from: 'if (!asksAgain || ',
    to: 'if (asksAgain || ',
    shownBy: 'human-asks-again-for-its-close',
  },
  {
    name: 'events wait for no quick agent, as by earlier rules',
    from: 'rules.isMoreAtHand === null || ',
    to: 'true || ',
    shownBy: 'webhooks-go-with-those-of-quick-agents',
  },
  {
    name: 'the conditions of an execution may cost more',
    from: '.LIMITS.whenWorkOfExecutionMax : ',
    to: '.LIMITS.whenWorkOfExecutionMax * 2 : ',
    shownBy: 'conditions-of-the-execution-are-spent',
  },
  {
    name: 'half a character in an output is kept as it is',
    from: 'heard: keepsTextsWhole ? ',
    to: 'heard: false ? ',
    shownBy: 'completed-with-half-a-character',
  },
  {
    name: 'a firing asks twice for its execution',
    from: 'const outcome = await dispatchScheduled',
    to: 'await dispatchScheduled({ ...origin, scheduledAt }); const outcome = await dispatchScheduled',
    shownBy: 'firing',
  },
] as const;

describe('a mutant of the workflows', () => {
  let folder: string;
  let bundled: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-mutant-'));
    bundled = readFileSync(process.env.COUNTERSIGN_TEST_BUNDLE as string, 'utf8');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(MUTANTS)('is found by the histories: $name', async ({ from, to, shownBy }) => {
    expect(bundled.split(from)).toHaveLength(2);
    const bundle = join(folder, 'bundle.js');
    writeFileSync(
      bundle,
      bundled.replace(from, () => to),
    );
    expect((await firstError(bundle, shownBy))?.message).toMatch(/Nondeterminism|TMPRL1100/i);
  });
});

async function firstError(bundle: string, shownBy: string): Promise<Error | null> {
  const histories = recorded.filter(({ name }) => name.includes(shownBy));
  for await (const { error } of replayed(bundle, histories)) if (error !== null) return error;
  return null;
}

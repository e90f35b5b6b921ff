// Recorded histories are replayed with the workflows as they stand: what they decided then they must decide again, in the same
// order. `npm run record-histories` records them anew, which is right only before a release (docs/replay.md).
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Worker } from '@temporalio/worker';
import { RULES } from '../../src/engine/advance';
import { bundleWorkflows } from '../../src/worker/bundle';
import { OTHER_SCENARIOS, SCENARIOS } from './scenarios/all';

const ROOT = resolve(__dirname, '../..');
const HISTORIES = join(__dirname, 'histories');
const HISTORIES_MIN = 100;

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
async function* replayed(codePath: string): AsyncGenerator<{ readonly name: string; readonly error: Error | null }> {
  // Without `debugMode: false` the SDK lets replayed workflows take as long as they like.
  const options = { workflowBundle: { codePath }, debugMode: false };
  const histories = recorded.map(({ name, history }) => ({ workflowId: name, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
    yield { name: workflowId, error: error ?? null };
  }
}

describe('the recorded histories', () => {
  const errors = new Map<string, Error | null>();
  beforeAll(async () => {
    const bundle = process.env.COUNTERSIGN_TEST_BUNDLE as string;
    for await (const { name, error } of replayed(bundle)) errors.set(name, error);
  });

  test('there are a hundred of them at least, one for each story, by rules that are known', () => {
    expect(recorded.length).toBeGreaterThanOrEqual(HISTORIES_MIN);
    const known = Array.from({ length: RULES }, (_, index) => `rules-${index + 1}`);
    expect(readdirSync(HISTORIES).filter((rules) => !known.includes(rules))).toEqual([]);
    const names = new Set(recorded.map(({ name }) => name));
    const missing = [...SCENARIOS, ...OTHER_SCENARIOS].filter(({ name }) => !names.has(`rules-${RULES}/${name}.json`));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  test.each(recorded.map(({ name }) => name))('%s', (name) => {
    expect(errors.get(name)).toBeNull();
  });
});

/** Changes of the workflows that no test of their results would find. */
const MUTANTS = [
  {
    name: 'effects are performed in another order',
    file: 'workflows/effects.ts',
    from: 'effects.shift() as DueEffect',
    to: 'effects.pop() as DueEffect',
  },
  {
    name: 'a timer is started before the first step',
    file: 'workflows/execution.ts',
    from: 'serveCallers(shell);',
    to: 'serveCallers(shell); void condition(() => false, 1);',
  },
  {
    name: 'labels are shown before agents are asked',
    file: 'workflows/effects.ts',
    from: 'isHeld ||= mustHold(updatesHandled);',
    to: 'isHeld ||= mustHold(updatesHandled); afterwards();',
  },
  {
    name: 'work whose steps ended is not told to stop',
    file: 'workflows/effects.ts',
    from: 'work.cancel(effect.stepId);',
    to: '',
  },
  {
    name: 'a rule of the engine is another one',
    file: 'engine/group.ts',
    from: 'approving.length < group.quorum',
    to: 'approving.length <= group.quorum',
  },
  {
    name: 'a definition without schedules asks for them all the same',
    file: 'workflows/definition.ts',
    from: 'if (schedules.length > 0)',
    to: 'if (schedules.length >= 0)',
  },
  {
    name: 'deliveries never continue as new',
    file: 'workflows/webhook-delivery.ts',
    from: 'if (workflowInfo().continueAsNewSuggested)',
    to: 'if (workflowInfo().historyLength < 0)',
  },
  {
    name: 'a firing asks twice for its execution',
    file: 'workflows/scheduled-dispatch.ts',
    from: 'const outcome =',
    to: 'await dispatchScheduled({ ...origin, scheduledAt }); const outcome =',
  },
] as const;

describe('a mutant of the workflows', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-mutant-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(MUTANTS)('is found by the histories: $name', async ({ file, from, to }) => {
    cpSync(join(ROOT, 'src'), join(folder, 'src'), { recursive: true });
    const path = join(folder, 'src', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    const bundle = join(folder, 'bundle.js');
    await bundleWorkflows(join(folder, 'src/workflows/index.ts'), bundle);
    expect((await firstError(bundle))?.message).toMatch(/Nondeterminism|TMPRL1100/i);
  });
});

async function firstError(bundle: string): Promise<Error | null> {
  for await (const { error } of replayed(bundle)) if (error !== null) return error;
  return null;
}

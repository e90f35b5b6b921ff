import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { AgentCall, ModuleAgent } from '../../src/activities/agents/agent';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { executionIdOf } from '../../src/workflows/contract/ids';
import { agent, edge, human, type Shape } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { randomText } from '../support/random-text';
import { type Harness, type Started, startHarness } from './harness';

const calls: AgentCall[] = [];
const namesOf = ({ key }: Started) =>
  calls
    .filter((call) => call.executionId === executionIdOf(key))
    .map(({ agentId }) => agentId)
    .sort();

const ok: ModuleAgent = (call) => {
  calls.push(call);
  return {};
};
const slow: ModuleAgent = async (call, context) => {
  await new Promise((resolve) => setTimeout(resolve, 300));
  return ok(call, context);
};

/** Of 4 MB, which is all that one answer to Temporal may hold. */
const DOCUMENT = { text: 'x'.repeat(900_000) };
const WIDTH = 6;
const LARGER_DOCUMENT = { text: 'x'.repeat(1_100_000) };
/** One is asked for in each second, and all before the first one's heartbeat is missed. */
const DYING = 4;

/** As an agent's output may be. */
const OUTPUT = 250_000;

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    agents: {
      quick: ok,
      plain: ok,
      slow,
      wordy: () => ({ text: 'y'.repeat(OUTPUT) }),
      noisy: () => ({ text: randomText(OUTPUT) }),
    },
  });
});
afterAll(() => harness.close());

describe('requests that are larger together than one answer to Temporal may be', () => {
  test('go with several workflow tasks', async () => {
    const execution = await start({ nodes: many('plain') }, []);
    await ended(execution);
    expect(namesOf(execution)).toEqual(Array(WIDTH).fill('plain'));
  });

  test('go with several also when quick agents that ended in the same task led to them', async () => {
    const [left, right] = [many('plain', 'left').slice(0, 3), many('plain', 'right').slice(0, 3)];
    const shape: Shape = {
      nodes: [agent('a', { agentId: 'quick' }), agent('b', { agentId: 'slow' }), ...left, ...right],
      edges: [...left.map(({ nodeId }) => edge('a', nodeId)), ...right.map(({ nodeId }) => edge('b', nodeId))],
    };
    const execution = await start(shape, ['quick', 'slow']);
    await ended(execution);
    expect(namesOf(execution)).toEqual([...Array(WIDTH).fill('plain'), 'quick', 'slow']);
  });

  test('go with several also when they are asked for once more, since a worker died with all of them', async () => {
    let deaths = 0;
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const other = await startHarness({
      agents: { mortal: ok },
      // The first call of each is as if its worker had died: no result and no heartbeat comes of it.
      wrap: (activities) => ({
        ...activities,
        async runAgent(task) {
          if (++deaths > DYING) return activities.runAgent(task);
          await released;
          return { result: {}, endedAt: 0 };
        },
      }),
    });
    const nodes = many('mortal', 'node', { retry: { maxAttempts: 1 } }).slice(0, DYING);
    const execution = await other.start({ nodes }, { triggerContext: LARGER_DOCUMENT, quickAgents: [] });
    await eventually(
      async () => deaths,
      (count) => count === DYING,
    );
    const stopped = other.stopWorker();
    const pending = async () => (await execution.handle.describe()).raw.pendingActivities ?? [];
    await eventually(pending, ({ length }) => length === 0);
    release();
    await stopped;
    // It hears of all of them at once.
    const stop = await other.addWorker();
    await ended(execution);
    expect(namesOf(execution)).toEqual(Array(DYING).fill('mortal'));
    const timers = (await execution.eventTypes()).filter((type) => type === 'timerStarted');
    expect(timers.length).toBeLessThanOrEqual(2 * DYING);
    await stop();
    await other.close();
  }, 60_000);
});

test('a call of another worker that Temporal would not take fails its step, and says why', async () => {
  const execution = await harness.start(
    { nodes: many('elsewhere').slice(0, 1) },
    {
      triggerContext: LARGER_DOCUMENT,
      quickAgents: [],
      taskQueueAgents: [{ agentId: 'elsewhere', taskQueue: 'nobody', activity: 'run' }],
    },
  );
  await expect(execution.handle.result()).rejects.toThrow();
  const [step] = (await execution.view()).steps;
  expect(step?.error).toMatchObject({
    code: 'input-too-large',
    message: expect.stringMatching(/2200\d{3} bytes.*at most 2093056/),
  });
});

test('many calls of other workers that hold the triggerContext twice go with several tasks, beside large results', async () => {
  const nodes = [
    ...Array.from({ length: WIDTH }, (_, n) => agent(`q${n}`, { agentId: 'wordy' })),
    ...Array.from({ length: 94 }, (_, n) => agent(`e${n}`, { agentId: 'elsewhere' })),
  ];
  const { handle } = await harness.start(
    { nodes },
    {
      triggerContext: { text: 'x'.repeat(15_000) },
      quickAgents: ['wordy'],
      taskQueueAgents: [{ agentId: 'elsewhere', taskQueue: 'nobody', activity: 'run' }],
    },
  );
  const isAsked = ({ raw, status }: WorkflowExecutionDescription) =>
    status.name !== 'RUNNING' || raw.pendingActivities?.length === 94;
  expect((await eventually(() => handle.describe(), isAsked)).status.name).toBe('RUNNING');
  await terminateLeftOpen(handle);
});

describe('a definition, triggerContext and state that are more than Temporal takes as one input', () => {
  test('continue as new all the same', async () => {
    const execution = await reviewed('wordy', (length) => 'x'.repeat(length));
    // As soon as the last agent has ended, and before anyone decides.
    const { historySize } = await eventually(
      () => execution.handle.describe(),
      (run) => !isFirstRun(run),
    );
    expect(historySize).toBeLessThan(100_000);
    const { steps } = await execution.view();
    expect(steps[2]).toMatchObject({ nodeId: 'node-1', status: 'completed' });
    expect(await execution.decide('first', 'ada')).toMatchObject({ kind: 'response-recorded' });
    expect(await execution.decide('second', 'ada')).toMatchObject({ kind: 'response-recorded' });
  }, 60_000);

  test('stay in one run when they do not become small enough, and go on', async () => {
    const execution = await reviewed('noisy', randomText);
    await eventually(
      () => execution.eventTypes(),
      (types) => types.filter((type) => type === 'activityTaskCompleted').length === WIDTH - 1,
    );
    expect(await execution.decide('first', 'ada')).toMatchObject({ kind: 'response-recorded' });
    expect(await execution.decide('second', 'ada')).toMatchObject({ kind: 'response-recorded' });
    const run = await execution.handle.describe();
    expect(isFirstRun(run)).toBe(true);
    expect(run.historySize).toBeGreaterThan(HISTORY_BYTES_SUGGESTED);
  }, 60_000);
});

/** Temporal suggests to continue as new from here on. */
const HISTORY_BYTES_SUGGESTED = 4 * 1024 * 1024;
const COMMENT = 8_000;

const isFirstRun = ({ runId, raw }: WorkflowExecutionDescription): boolean =>
  runId === raw.workflowExecutionInfo?.firstRunId;

/** Five agents, and two people who are waited for. */
function reviewed(agentId: string, textOf: (length: number, seed?: number) => string): Promise<Started> {
  const reviewers = [{ userId: 'ada', mandatory: true }];
  const review = (nodeId: string, commentBody = '') => human(nodeId, [], { config: { reviewers, commentBody } });
  const more = Array.from({ length: 50 }, (_, index) => review(`later-${index}`, textOf(COMMENT, index)));
  const shape: Shape = {
    nodes: [review('first'), review('second'), ...many(agentId).slice(1), ...more],
    edges: more.map(({ nodeId }) => edge('second', nodeId, { on: 'reject' })),
  };
  return harness.start(shape, { triggerContext: { text: textOf(1_000_000) }, quickAgents: [] });
}

const start = (shape: Shape, quickAgents: ExecutionContext['quickAgents']): Promise<Started> =>
  harness.start(shape, { triggerContext: DOCUMENT, quickAgents });

/** Completed, with a history that replays. */
async function ended({ handle }: Started): Promise<void> {
  await handle.result();
  const bundle = process.env.COUNTERSIGN_TEST_BUNDLE as string;
  await Worker.runReplayHistory({ workflowBundle: { codePath: bundle } }, await handle.fetchHistory());
}

const many = (agentId: string, prefix = 'node', config: object = {}) =>
  Array.from({ length: WIDTH }, (_, index) => agent(`${prefix}-${index}`, { agentId, ...config }));

// Agents of kind `taskQueue`: activities of another worker, as any SDK's worker would serve them (contract 2 section 10).
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Context, heartbeat } from '@temporalio/activity';
import { ApplicationFailure, RawValue } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { ExecutionView, ViewPage } from '../../src/engine/view';
import { QUERY, UPDATE } from '../../src/workflows/contract/messages';
import { agent, edge, human, loopEdge, type Shape } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, startHarness, testTemporalAddress } from './harness';

const taskQueue = `elsewhere-${randomUUID()}`;
const calls = new Map<string, { readonly attempt: number; readonly call: any }[]>();

/** No `JSON.stringify` writes so many, and a worker in another language may. */
const MANY_LEVELS = 30_000;
const nested = (levels: number): RawValue =>
  RawValue.fromPayload({
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`),
  });

/** What the other worker serves; every call is noted under its idempotency key. */
const activities = {
  async greet(call: any): Promise<object> {
    note(call);
    return { greeting: `hello ${call.input.name ?? call.input.greeting}` };
  },
  async flaky(call: any): Promise<object> {
    if (note(call) === 1) throw new Error('not yet');
    return { done: true };
  },
  async final(call: any): Promise<object> {
    note(call);
    throw ApplicationFailure.nonRetryable('it cannot be done', 'SomeErrorOfTheirs');
  },
  async numbered(call: any): Promise<object> {
    note(call);
    const { details } = call.input;
    throw ApplicationFailure.create({ message: 'no', type: 'SomeErrorOfTheirs', nonRetryable: true, details });
  },
  async broken(call: any): Promise<object> {
    note(call);
    throw new Error('still broken');
  },
  async wordy(call: any): Promise<object> {
    note(call);
    return { text: 'x'.repeat(240_000) };
  },
  async list(call: any): Promise<unknown> {
    note(call);
    return [1, 2];
  },
  async text(call: any): Promise<unknown> {
    note(call);
    return 'done';
  },
  async notANumber(call: any): Promise<unknown> {
    note(call);
    return RawValue.fromPayload({
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from('{"score":NaN}'),
    });
  },
  async halved(call: any): Promise<unknown> {
    note(call);
    return RawValue.fromPayload({
      metadata: { encoding: Buffer.from('json/plain') },
      data: Buffer.from('{"summary":"cut \\ud83d","whole":"\\ud83d\\ude00 \\\\ud83d"}'),
    });
  },
  async protobuf(call: any): Promise<unknown> {
    note(call);
    const metadata = { encoding: Buffer.from('json/protobuf'), messageType: Buffer.from('acme.Verdict') };
    return RawValue.fromPayload({ metadata, data: Buffer.from('{}') });
  },
  async nested(call: any): Promise<unknown> {
    note(call);
    return nested(MANY_LEVELS);
  },
  async untilCancelled(call: any): Promise<object> {
    note(call);
    const beat = setInterval(() => heartbeat(), 200);
    try {
      await Context.current().cancelled;
    } finally {
      clearInterval(beat);
    }
    return {};
  },
};

function note(call: any): number {
  const { attempt } = Context.current().info;
  const known = calls.get(call.idempotencyKey) ?? [];
  calls.set(call.idempotencyKey, [...known, { attempt, call }]);
  return attempt;
}

let harness: Harness;
let stop: () => Promise<void>;
beforeAll(async () => {
  harness = await startHarness();
  const connection = await NativeConnection.connect({ address: testTemporalAddress() });
  const worker = await Worker.create({ connection, taskQueue, activities });
  const running = worker.run();
  stop = async () => {
    worker.shutdown();
    await running;
    await connection.close();
  };
});
afterAll(async () => {
  await stop();
  await harness.close();
});

const retry = { maxAttempts: 2, initialIntervalMs: 1, backoffCoefficient: 1 };
const start = (
  activity: string,
  { config = {}, triggerContext = {} }: { config?: object; triggerContext?: object } = {},
) => {
  const shape: Shape = { nodes: [agent('work', { agentId: 'other', retry, ...config })] };
  return harness.start(shape, {
    triggerContext: triggerContext as never,
    taskQueueAgents: [{ agentId: 'other', taskQueue, activity }],
  });
};
const ended = async (activity: string, options: Parameters<typeof start>[1] = {}) => {
  const execution = await start(activity, options);
  const view: ExecutionView = await execution.viewWhen(({ status }) => status !== 'running');
  const [step] = view.steps;
  const key = `${view.executionId}:${step!.stepId}`;
  return { view, step: step!, calls: calls.get(key) ?? [] };
};

describe('an agent of another worker', () => {
  test('gets the request of contract 2 section 2, and its result becomes the output', async () => {
    const {
      view,
      step,
      calls: made,
    } = await ended('greet', {
      config: { promptOverride: 'Be brief', inputMapping: { who: 'input.name' } },
      triggerContext: { name: 'Ada' },
    });
    expect(step).toMatchObject({ status: 'completed', output: { greeting: 'hello Ada', agentId: 'other' } });
    expect(made).toEqual([
      {
        attempt: 1,
        call: {
          agentId: 'other',
          executionId: view.executionId,
          stepId: step.stepId,
          idempotencyKey: `${view.executionId}:${step.stepId}`,
          definitionId: 'under-test',
          correlationId: 'corr_test',
          input: { name: 'Ada' },
          triggerContext: { name: 'Ada' },
          url: null,
          promptOverride: 'Be brief',
          mapped: { who: 'Ada' },
          userContext: {},
        },
      },
    ]);
  });

  test('in a loop it gets what was rejected before, as every agent does', async () => {
    const execution = await harness.start(
      {
        nodes: [agent('draft', { agentId: 'other' }), human('review', ['ada'])],
        edges: [edge('draft', 'review'), loopEdge('review', 'draft', 2)],
      },
      { taskQueueAgents: [{ agentId: 'other', taskQueue, activity: 'greet' }] },
    );
    await execution.decide('review', 'ada', 'reject');
    await execution.waiting('review');
    const [made] = calls.get(`exec_${execution.key}:loop_draft_iter_2__to__draft`) ?? [];
    expect(made?.call.previousAttempts).toMatchObject([{ iteration: 1, rejectedBy: 'ada' }]);
    expect(made?.call.input.previousAttempts).toEqual(made?.call.previousAttempts);
  });

  test('whose call would be too large by what was rejected before fails its step, and says why', async () => {
    const execution = await harness.start(
      {
        nodes: [agent('draft', { agentId: 'other' }), human('review', ['ada'])],
        edges: [edge('draft', 'review'), loopEdge('review', 'draft', 20)],
      },
      { taskQueueAgents: [{ agentId: 'other', taskQueue, activity: 'wordy' }] },
    );
    const handle = harness.client.workflow.getHandle(execution.handle.workflowId);
    const stepAt = async (from: number) => (await handle.query<ViewPage, [object]>(QUERY.view, { from })).steps[0];
    // What it has put out five times is twice in its sixth call.
    for (let n = 1; n <= 5; n++) {
      const review = await eventually(
        () => stepAt(2 * n - 1),
        (step) => step?.status === 'waiting',
      );
      const decision = { stepId: review!.stepId, reviewerId: 'ada', decision: 'reject' };
      await handle.executeUpdate(UPDATE.recordReviewerDecision, { args: [decision] });
    }
    await expect(handle.result()).rejects.toThrow();
    expect((await stepAt(10))?.error).toMatchObject({
      code: 'input-too-large',
      message: expect.stringMatching(/240\d{4} bytes.*previous attempts twice; at most 2093056/),
    });
  });

  test('what its input says of earlier attempts is not told as the word of the engine', async () => {
    const triggerContext = { previousAttempts: [{ iteration: 1, rejectedBy: 'eve' }] };
    const { calls: made } = await ended('greet', { triggerContext });
    expect(made[0]?.call.input).toEqual(triggerContext);
    expect(made[0]?.call).not.toHaveProperty('previousAttempts');
  });

  test.each([[4_102_444_800_000], [Number.MAX_SAFE_INTEGER]])(
    'that tells a number of its own with its failure, as %i, moves no clock',
    async (number) => {
      const execution = await harness.start(
        {
          nodes: [agent('work', { agentId: 'other' }), human('next', ['ada'])],
          edges: [edge('work', 'next', { on: 'always' })],
        },
        {
          triggerContext: { details: [number] },
          taskQueueAgents: [{ agentId: 'other', taskQueue, activity: 'numbered' }],
        },
      );
      const { startedAt } = await execution.waiting('next');
      expect(Math.abs(startedAt! - Date.now())).toBeLessThan(60_000);
      await terminateLeftOpen(execution.handle);
    },
  );

  test('that cuts a character in half has U+FFFD in its place, as every agent has', async () => {
    const { step } = await ended('halved');
    expect(step.output).toMatchObject({ summary: 'cut \ufffd', whole: '\ud83d\ude00 \\ud83d' });
  });

  test('is tried again when it fails, with the same idempotency key', async () => {
    const { step, calls: made } = await ended('flaky');
    expect(step.status).toBe('completed');
    expect(made.map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('that fails at each attempt fails the step with its own words', async () => {
    const { step, calls: made } = await ended('broken');
    expect(step).toMatchObject({ status: 'failed', error: { code: 'agent-failed', message: 'still broken' } });
    expect(made).toHaveLength(2);
  });

  test('that fails for good is not tried again', async () => {
    const { step, calls: made } = await ended('final');
    expect(step.error).toEqual({ code: 'agent-failed', message: 'it cannot be done' });
    expect(made).toHaveLength(1);
  });

  test.each(['list', 'text', 'notANumber', 'protobuf'])(
    'that returns no object fails the step, once: %s',
    async (activity) => {
      const { step, calls: made } = await ended(activity);
      expect(step.error).toEqual({ code: 'agent-failed', message: 'Agent "other" must return an object.' });
      expect(made).toHaveLength(1);
    },
  );

  test('that returns JSON of more levels than a request may have fails the step, once', async () => {
    const { step, calls: made } = await ended('nested');
    const message = 'Agent "other" returned JSON that is nested more than 64 deep.';
    expect(step.error).toEqual({ code: 'agent-failed', message });
    expect(made).toHaveLength(1);
  });

  test('that passes agentMaxRuntimeMs fails the step, and is not tried again', async () => {
    const { step, calls: made } = await ended('untilCancelled', { config: { agentMaxRuntimeMs: 500 } });
    expect(step.error).toEqual({ code: 'agent-timeout', message: 'The agent did not end in time.' });
    expect(made).toHaveLength(1);
  });

  test('is told to stop when its execution is cancelled', async () => {
    const execution = await start('untilCancelled');
    await execution.viewWhen(({ steps }) => calls.has(`exec_${execution.key}:${steps[0]?.stepId}`));
    await execution.handle.executeUpdate('cancelExecution', { args: [{}] });
    await expect(execution.handle.result()).rejects.toThrow();
    expect((await execution.view()).steps[0]?.status).toBe('cancelled');
  });
});

describe('a URL that came with the dispatch', () => {
  test.each(['http://169.254.169.254/latest', 'https://10.0.0.1/x', 'https://localhost/x'])(
    'and that may not be called is refused before the agent gets it: %s',
    async (url) => {
      const { step, calls: made } = await ended('greet', { config: { urlPath: 'url' }, triggerContext: { url } });
      expect(step).toMatchObject({ status: 'failed', error: { code: 'destination-forbidden' } });
      expect(made).toEqual([]);
    },
  );

  test('and that may be called is handed on', async () => {
    const { step, calls: made } = await ended('greet', {
      config: { urlPath: 'url' },
      triggerContext: { url: 'example.com/x', name: 'Ada' },
    });
    expect(step.status).toBe('completed');
    expect(made[0]?.call.url).toBe('https://example.com/x');
  });
});

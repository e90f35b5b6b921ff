import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { type AgentCall, FinalAgentError, type ModuleAgent } from '../../src/activities/agents/agent';
import { executionIdOf } from '../../src/workflows/contract/ids';
import { agent, edge, type Shape } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, type Started, startHarness } from './harness';

/** Every call of every agent, with the signal it got. */
const calls: (AgentCall & { readonly signal: AbortSignal })[] = [];
const callsOf = ({ key }: Started) => calls.filter((call) => call.executionId === executionIdOf(key));

const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });

const recorded =
  (agent: ModuleAgent): ModuleAgent =>
  (call, context) => {
    calls.push({ ...call, signal: context.signal });
    return agent(call, context);
  };

const WHILE_MS = 40;

const agents: Record<string, ModuleAgent> = {
  echo: recorded(() => ({})),
  'third-time': recorded(({ attempt }) => {
    if (attempt < 3) throw new Error(`attempt ${attempt} failed`);
    return { attempt };
  }),
  'never-again': recorded(() => {
    throw new FinalAgentError('the brand book is closed');
  }),
  'always-fails': recorded(({ attempt }) => {
    throw new Error(`no luck at attempt ${attempt}`);
  }),
  'fails-after-a-while': recorded(async () => {
    await new Promise((resolve) => setTimeout(resolve, WHILE_MS));
    throw new FinalAgentError('no budget left');
  }),
  'ends-after-a-while': recorded(() => new Promise((resolve) => setTimeout(resolve, WHILE_MS + Math.random() * 6, {}))),
  waits: recorded(() => new Promise((resolve) => setTimeout(resolve, 200, {}))),
  hangs: recorded((_call, { signal }) => untilAborted(signal)),
  'hangs-at-first': recorded(async (call, { signal }) => {
    const earlier = calls.filter((it) => it.stepId === call.stepId);
    if (earlier.length === 1) await untilAborted(signal);
    return { attempt: call.attempt };
  }),
  'returns-a-list': recorded(() => ['no', 'object'] as never),
  'cuts-a-character': recorded(() => {
    throw new FinalAgentError(`no: ${'\u{1f600}'.slice(0, 1)}`);
  }),
  'cuts-an-id': recorded(() => ({
    responses: [{ responseId: `a${'\u{1f600}'.slice(0, 1)}` }],
    whole: '\u{1f600}',
    written: 'C:\\ud800',
    '\udfff': '\\\ud800',
  })),
  'throws-an-object': recorded(() => {
    throw { message: 'no budget left', final: true };
  }),
  'says-too-much': recorded(() => {
    throw new FinalAgentError('x'.repeat(6_000_000));
  }),
  'returns-too-deep': recorded(() => JSON.parse(`${'{"a":'.repeat(65)}1${'}'.repeat(65)}`)),
  'returns-infinity': recorded(() => JSON.parse('{"scores":[{"brand":1e400}]}')),
  'returns-no-number': recorded(() => ({ score: 0 / 0 })),
  'returns-too-much': recorded(() => ({ text: 'x'.repeat(300_000) })),
};

/** Agents that were to be quick, as the operator is told of them. */
const outlasted: string[] = [];

let harness: Harness;
let releaseDead: () => void;
let deaths = 0;
beforeAll(async () => {
  const released = new Promise<void>((resolve) => {
    releaseDead = resolve;
  });
  harness = await startHarness({
    noteOutlasting: (agentId) => outlasted.push(agentId),
    agents: { ...agents, mortal: recorded(({ attempt }) => ({ attempt })) },
    // The first call of `mortal` is as if its worker had died: no result and no heartbeat comes of it.
    wrap: (activities) => ({
      ...activities,
      async runAgent(task) {
        if (task.request.agentId !== 'mortal' || ++deaths > 1) return activities.runAgent(task);
        await released;
        return { result: {}, endedAt: 0 };
      },
    }),
  });
});
afterAll(async () => {
  releaseDead();
  await harness.close();
});

describe('an agent that fails', () => {
  test.concurrent('is called again up to maxAttempts, with the number of the attempt and one idempotency key', async () => {
    const execution = await start('third-time', { retry: QUICK_RETRY });
    await execution.handle.result();
    expect(callsOf(execution).map((call) => call.attempt)).toEqual([1, 2, 3]);
    const [step] = (await execution.view()).steps;
    expect(new Set(callsOf(execution).map((call) => call.idempotencyKey))).toEqual(
      new Set([`${executionIdOf(execution.key)}:${step?.stepId}`]),
    );
    expect(step).toMatchObject({ status: 'completed', output: { attempt: 3, agentId: 'third-time' } });
  });

  test.concurrent('for good is not called again, and its code and message are all that is kept', async () => {
    const execution = await start('never-again', { retry: QUICK_RETRY });
    expect(await failureOf(execution)).toEqual({ code: 'agent-failed', message: 'the brand book is closed' });
    expect(callsOf(execution)).toHaveLength(1);
  });

  test.concurrent('with an object that is no Error has its message kept', async () => {
    const execution = await start('throws-an-object', { retry: QUICK_RETRY });
    expect(await failureOf(execution)).toEqual({ code: 'agent-failed', message: 'no budget left' });
    expect(callsOf(execution)).toHaveLength(1);
  });

  test.concurrent('at every attempt fails the step with its last message, and the execution with it', async () => {
    const execution = await start('always-fails', { retry: QUICK_RETRY });
    expect(await failureOf(execution)).toEqual({ code: 'agent-failed', message: 'no luck at attempt 3' });
    const { failureReason, status } = await execution.view();
    expect([status, failureReason?.code]).toEqual(['failed', 'step-failed']);
  });

  test.concurrent.each([[[]], [['cuts-a-character']]])(
    'with half a character in its message ends no worker',
    async (quick) => {
      const execution = await start('cuts-a-character', { retry: QUICK_RETRY }, quick);
      expect(await failureOf(execution)).toEqual({ code: 'agent-failed', message: 'no: \ufffd' });
      await (await start('third-time', { retry: QUICK_RETRY })).handle.result();
    },
  );

  test.concurrent.each([[[]], [['says-too-much']]])(
    'with more than Temporal takes has the beginning of it kept',
    async (quick) => {
      const execution = await start('says-too-much', { retry: QUICK_RETRY }, quick);
      expect(await failureOf(execution)).toEqual({ code: 'agent-failed', message: `${'x'.repeat(4_000)} …` });
      expect(callsOf(execution)).toHaveLength(1);
    },
  );

  test.concurrent.each([
    ['nobody-knows-it', 'agent-not-found'],
    ['returns-a-list', 'agent-failed'],
    ['returns-too-deep', 'agent-failed'],
    ['returns-too-much', 'output-too-large'],
  ])('%s ends as %s at once', async (agentId, code) => {
    const execution = await start(agentId, { retry: QUICK_RETRY });
    expect((await failureOf(execution))?.code).toBe(code);
    expect(callsOf(execution).length).toBeLessThanOrEqual(1 + (code === 'agent-failed' ? 2 : 0));
  });
});

test.each([
  ['returns-infinity', 'brand', []],
  ['returns-infinity', 'brand', ['returns-infinity']],
  ['returns-no-number', 'score', []],
])('%s fails at once, and is not taken for null', async (agentId, name, quick) => {
  const execution = await start(agentId, { retry: QUICK_RETRY }, quick);
  expect(await failureOf(execution)).toEqual({
    code: 'agent-failed',
    message: `Agent "${agentId}" returned what cannot be written as JSON: "${name}" is no number, or one that is too large to be kept`,
  });
  expect(callsOf(execution)).toHaveLength(1);
});

describe('an execution that fails while other quick agents work within the same workflow task', () => {
  const beside = (agentId: string): Shape => ({
    nodes: [
      agent('first', { agentId: 'fails-after-a-while' }),
      ...[1, 2, 3, 4, 5].map((n) => agent(`other-${n}`, { agentId })),
    ],
  });

  test('closes at once though they end just then, and no agent is called again', async () => {
    const executions = await Promise.all(Array.from({ length: 8 }, () => harness.start(beside('ends-after-a-while'))));
    for (const execution of executions) {
      await expect(execution.handle.result()).rejects.toMatchObject({ cause: { type: 'step-failed' } });
      expect(await execution.eventTypes()).not.toContain('workflowTaskFailed');
      expect(callsOf(execution)).toHaveLength(6);
    }
  });

  test('closes when they have taken too long for that, and begins none of them elsewhere', async () => {
    const execution = await harness.start(beside('hangs'));
    await expect(execution.handle.result()).rejects.toMatchObject({ cause: { type: 'step-failed' } });
    expect(await execution.eventTypes()).not.toContain('activityTaskScheduled');
    expect((await execution.view()).steps.map((step) => step.status)).toEqual([
      'failed',
      ...Array(5).fill('cancelled'),
    ]);
  });
});

test.each([[[]], [['echo']]])(
  'what an input says of earlier attempts is not told as the word of the engine',
  async (quick) => {
    const triggerContext = { previousAttempts: [{ iteration: 1, rejectedBy: 'eve' }] };
    const shape = { nodes: [{ nodeId: 'work', type: 'agent', config: { agentId: 'echo' } }] };
    const execution = await harness.start(shape, { triggerContext, quickAgents: quick });
    await execution.handle.result();
    const [call] = callsOf(execution);
    expect(call?.input).toEqual(triggerContext);
    expect(call).not.toHaveProperty('previousAttempts');
  },
);

test.each([[[]], [['cuts-an-id']]])(
  'half a character in a result is replaced, so that everyone can name it',
  async (quick) => {
    const execution = await start('cuts-an-id', {}, quick);
    await execution.handle.result();
    expect((await execution.view()).steps[0]?.output).toMatchObject({
      responses: [{ responseId: 'a\ufffd' }],
      whole: '\u{1f600}',
      written: 'C:\\ud800',
      '\ufffd': '\\\ufffd',
    });
  },
);

describe('an agent that lasts', () => {
  test('longer than agentMaxRuntimeMs is told to stop, and that is final: agent-timeout', async () => {
    const execution = await start('hangs', { agentMaxRuntimeMs: 100, retry: QUICK_RETRY });
    expect((await failureOf(execution))?.code).toBe('agent-timeout');
    expect(callsOf(execution).map((call) => call.signal.aborted)).toEqual([true]);
  });

  test('is told to stop when the execution is cancelled', async () => {
    const execution = await start('hangs');
    await eventually(
      async () => callsOf(execution),
      ({ length }) => length > 0,
    );
    await execution.handle.cancel();
    await expect(execution.handle.result()).rejects.toThrow();
    const [call] = callsOf(execution);
    if (!call?.signal.aborted) await new Promise((resolve) => call?.signal.addEventListener('abort', resolve));
    expect((await execution.view()).steps[0]?.status).toBe('cancelled');
  });

  test('although it is called quick goes on as an ordinary activity, and the local run was no attempt', async () => {
    const execution = await start('hangs-at-first', {}, ['hangs-at-first']);
    await execution.handle.result();
    expect(callsOf(execution).map((call) => call.attempt)).toEqual([1, 1]);
    expect(outlasted.filter((agentId) => agentId === 'hangs-at-first')).toHaveLength(1);
    const types = await execution.eventTypes();
    expect(types.filter((type) => ['markerRecorded', 'activityTaskScheduled'].includes(type))).toEqual([
      'markerRecorded',
      'activityTaskScheduled',
    ]);
  });
});

describe('a quick agent', () => {
  test('runs as a local activity: no activity task is in the history', async () => {
    const execution = await start('third-time', { retry: { ...QUICK_RETRY, maxAttempts: 1 } }, ['third-time']);
    expect((await failureOf(execution))?.message).toBe('attempt 1 failed');
    const types = await execution.eventTypes();
    expect(types).toContain('markerRecorded');
    expect(types).not.toContain('activityTaskScheduled');
  });

  test('runs as an ordinary activity where much is at work, so that reads have no task begin anew', async () => {
    // Six run locally, and the others would never end.
    const nodes = Array.from({ length: 6 }, (_, index) => agent(`local-${index}`, { agentId: 'echo' }));
    const held = Array.from({ length: 8 }, (_, index) => agent(`held-${index}`, { agentId: 'hangs' }));
    const execution = await harness.start({
      nodes: [...nodes, ...held, agent('first', { agentId: 'waits' }), agent('second', { agentId: 'echo' })],
      edges: [edge('first', 'second')],
    });
    await execution.viewWhen(({ steps }) =>
      steps.some((step) => step.nodeId === 'second' && step.status === 'completed'),
    );
    const types = await execution.eventTypes();
    expect(types.filter((type) => type === 'markerRecorded')).toHaveLength(nodes.length);
    await terminateLeftOpen(execution.handle);
  });

  test('that fails has used an attempt, and goes on as an ordinary activity', async () => {
    const execution = await start('third-time', { retry: QUICK_RETRY }, ['third-time']);
    await execution.handle.result();
    expect(callsOf(execution).map((call) => call.attempt)).toEqual([1, 2, 3]);
    expect(await execution.eventTypes()).toContain('activityTaskScheduled');
  });
});

describe('a worker that dies with an agent in it', () => {
  test('costs seconds, not agentMaxRuntimeMs, and not the last attempt; the next call has the next number', async () => {
    const execution = await start('mortal', { retry: { ...QUICK_RETRY, maxAttempts: 1 } });
    await execution.handle.result();
    expect((await execution.view()).steps[0]).toMatchObject({ status: 'completed', output: { attempt: 2 } });
    const { events } = await execution.handle.fetchHistory();
    const timeouts = (events ?? []).flatMap((event) => event.activityTaskTimedOutEventAttributes ?? []);
    expect(timeouts.map((timeout) => timeout.failure?.timeoutFailureInfo?.timeoutType)).toEqual([
      temporal.api.enums.v1.TimeoutType.TIMEOUT_TYPE_HEARTBEAT,
    ]);
  });
});

test('a worker that is shut down in order while an agent works costs it nothing: another worker calls it again', async () => {
  const attempts: number[] = [];
  const other = await startHarness({
    agents: {
      'takes-long': async ({ attempt }) => {
        attempts.push(attempt);
        if (attempts.length === 1) await new Promise(() => {});
        return { attempt };
      },
    },
  });
  const config = { agentId: 'takes-long', retry: { ...QUICK_RETRY, maxAttempts: 1 } };
  const execution = await other.start({ nodes: [{ nodeId: 'work', type: 'agent', config }] }, { quickAgents: [] });
  await eventually(
    async () => attempts,
    ({ length }) => length === 1,
  );
  await other.stopWorker();
  const stop = await other.addWorker();
  await execution.handle.result();
  expect((await execution.view()).steps[0]).toMatchObject({ status: 'completed', output: { attempt: 2 } });
  expect(attempts).toEqual([1, 2]);
  expect(await execution.eventTypes()).toContain('activityTaskFailed');
  await stop();
  await other.close();
});

const QUICK_RETRY = { maxAttempts: 3, initialIntervalMs: 1, backoffCoefficient: 1 };

function start(agentId: string, config: object = {}, quickAgents: readonly string[] = []): Promise<Started> {
  const shape: Shape = { nodes: [{ nodeId: 'work', type: 'agent', config: { agentId, ...config } }] };
  return harness.start(shape, { idempotencyKey: randomUUID(), quickAgents });
}

async function failureOf(execution: Started) {
  await expect(execution.handle.result()).rejects.toThrow();
  return (await execution.view()).steps[0]?.error;
}

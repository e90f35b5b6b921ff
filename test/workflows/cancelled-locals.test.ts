// A quick agent that is cancelled within a workflow task though nobody asked for that: the SDK's core cancels what runs for an execution
// that it forgets, and may hand the end of it to the execution that it has taken up again.
import { beforeEach, expect, jest, test } from '@jest/globals';
import { ActivityFailure, CancelledFailure } from '@temporalio/common';
import type { RunAgent } from '../../src/engine/effect';
import type { Plan } from '../../src/engine/run';
import type { TaskRoom } from '../../src/workflows/task-room';

const cancelled = new ActivityFailure(
  'Activity task failed',
  'runAgent',
  '1',
  'NON_RETRYABLE_FAILURE',
  'w',
  new CancelledFailure('CANCELLED'),
);
const asked = { cancelled: false };
const elsewhere = jest.fn(async (_task: { readonly attemptsBefore: number }) => ({
  result: { done: true },
  endedAt: 1,
}));
jest.mock('@temporalio/workflow', () => ({
  ...jest.requireActual<object>('@temporalio/workflow'),
  proxyLocalActivities: () => ({ runAgent: () => Promise.reject(cancelled) }),
  proxyActivities: () => ({ runAgent: elsewhere }),
  workflowInfo: () => ({ startTime: new Date(0) }),
  CancellationScope: { current: () => ({ consideredCancelled: asked.cancelled }) },
}));
// After the mock, which the module takes when it is loaded.
const { agentRunner } = jest.requireActual<typeof import('../../src/workflows/agent-steps')>(
  '../../src/workflows/agent-steps',
);

beforeEach(() => {
  asked.cancelled = false;
  elsewhere.mockClear();
});

function run(retakesLocals?: true) {
  const config = {
    agentId: 'draft',
    agentMaxRuntimeMs: 1_000,
    retry: { maxAttempts: 3, initialIntervalMs: 1, backoffCoefficient: 1 },
  };
  const plan = {
    graph: { nodes: new Map([['draft', { nodeId: 'draft', type: 'agent', config }]]) },
  } as unknown as Plan;
  const room = { waitFor: () => null } as unknown as TaskRoom;
  const effect = { nodeId: 'draft', request: { stepId: 's', agentId: 'draft' }, isRepeat: false, requestBytes: 1 };
  return agentRunner(
    plan,
    { quickAgents: ['draft'], taskQueueAgents: [], checksReports: true, ...(retakesLocals && { retakesLocals }) },
    room,
  ).run(effect as RunAgent, true);
}

test('is called elsewhere, and has lost no attempt', async () => {
  expect(await run(true)).toMatchObject({ input: { kind: 'agent-succeeded', result: { done: true } } });
  expect(elsewhere.mock.calls).toMatchObject([[{ attemptsBefore: 0 }]]);
});

test('stays as it is when its step was cancelled, and in executions that were dispatched before that', async () => {
  await expect(run()).rejects.toBe(cancelled);
  asked.cancelled = true;
  await expect(run(true)).rejects.toBe(cancelled);
  expect(elsewhere).not.toHaveBeenCalled();
});

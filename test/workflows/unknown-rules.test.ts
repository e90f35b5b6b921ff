// What a newer build began, an older worker leaves to those that know how: its workflow task fails and is tried again.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { RULES } from '../../src/engine/advance';
import type { ExecutionContext } from '../../src/workflows/contract/execution';
import { WORKFLOW } from '../../src/workflows/contract/names';
import { agent } from '../engine/scene';
import { eventually } from '../support/eventually';
import { terminateLeftOpen } from '../support/left-open';
import { type Harness, startHarness, WORKSPACE } from './harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ agents: { ok: async () => ({ done: true }) } });
});
afterAll(() => harness.close());

async function failedTask(handle: WorkflowHandle): Promise<string> {
  const message = await eventually(
    async () => {
      const { events } = await handle.fetchHistory();
      const [failed] = (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
      return failed?.failure?.message ?? '';
    },
    (text) => text !== '',
  );
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await terminateLeftOpen(handle);
  return message;
}

test('an execution with rules that this worker does not know stays as it is', async () => {
  const { handle } = await harness.start({ nodes: [agent('a', { agentId: 'ok' })] }, { rules: 99 });
  expect(await failedTask(handle)).toMatch('the execution was dispatched with rules 99');
});

test('so does one with a rule of its replay that this worker does not know', async () => {
  const ofTomorrow = { sleepsOnMondays: true } as Partial<ExecutionContext>;
  const { handle } = await harness.start({ nodes: [agent('a', { agentId: 'ok' })] }, ofTomorrow);
  expect(await failedTask(handle)).toMatch(`was dispatched with rules ${RULES}, sleepsOnMondays`);
});

test('builds from before this was looked at know rules 1 only, and leave alone what is dispatched now', () => {
  expect(RULES).toBeGreaterThan(1);
});

test('so does what keeps delivering with rules of further attempts that it does not know', async () => {
  const target = { workspace: WORKSPACE, executionId: 'exec_of-tomorrow', definitionId: 'd', correlationId: 'c' };
  const handle = await harness.client.workflow.start(WORKFLOW.webhookDelivery, {
    workflowId: randomUUID(),
    taskQueue: harness.taskQueue,
    args: [target, [], [], 99],
  });
  expect(await failedTask(handle)).toMatch('this worker knows no rules 99 of further attempts');
});

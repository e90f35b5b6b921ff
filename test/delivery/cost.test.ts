import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deliveryWorkflowId } from '../../src/workflows/contract/ids';
import { MARKETING } from '../engine/scene';
import { type Harness, startHarness, WORKSPACE } from '../workflows/harness';
import { answer, type Receiver, SECRET, startScriptedReceiver } from './receiver';

const quick = async () => ({ done: true });
let receiver: Receiver;
let harness: Harness;
beforeAll(async () => {
  receiver = await startScriptedReceiver();
  harness = await startHarness({
    agents: { 'draft-agent': quick, 'publish-agent': quick },
    allow: `127.0.0.1:${receiver.port}`,
  });
});
afterAll(async () => {
  await harness.close();
  await receiver.close();
});

async function run(key: string, hasReceiver: boolean): Promise<string[]> {
  const sealedSecret = harness.seal(SECRET, `exec_${key}`);
  const url = receiver.script('/hook', answer(200));
  const execution = await harness.start(MARKETING, {
    idempotencyKey: key,
    receiver: hasReceiver ? { url, sealedSecret, sealedFor: 'execution', eventTypes: null } : null,
  });
  await execution.decide('legal', 'u_legal');
  await execution.decide('brand', 'u_brand');
  await execution.handle.result();
  return execution.eventTypes();
}
/** What Temporal bills as actions, of those that deliveries can add. */
const actions = (types: readonly string[]) =>
  types.filter((type) => type === 'activityTaskScheduled' || type === 'timerStarted' || type.startsWith('startChild'))
    .length;

test('first-try deliveries cost at most one action an event, one activity a batch, and no second workflow', async () => {
  const [without, withReceiver] = [await run('cost-without', false), await run('cost-with', true)];
  const events = receiver.at('/hook').length;
  expect(events).toBeGreaterThanOrEqual(7);
  const added = actions(withReceiver) - actions(without);
  expect(added).toBeGreaterThan(0);
  expect(added).toBeLessThanOrEqual(events);
  const deliveries = harness.client.workflow.getHandle(deliveryWorkflowId(WORKSPACE, 'cost-with'));
  await expect(deliveries.describe()).rejects.toThrow(/not found/i);
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ViewPage } from '../../src/engine/view';
import { VIEW_FORMAT } from '../../src/workflows/contract/execution';
import { agent, edge, human, MARKETING } from '../engine/scene';
import { type Harness, startHarness } from './harness';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({
    agents: {
      'draft-agent': async () => ({ done: true }),
      'publish-agent': async () => ({ done: true }),
      'long-agent': async () => ({ text: 'x'.repeat(40_000) }),
    },
  });
});
afterAll(() => harness.close());

describe('what an execution closes with', () => {
  test('is the view that its query answers', async () => {
    const execution = await harness.start(MARKETING);
    await execution.decide('legal', 'u_legal');
    await execution.decide('brand', 'u_brand');
    const result = await execution.handle.result();
    const { next: _, seq: __, ...view } = (await execution.view()) as ViewPage;
    expect(result).toEqual({ status: 'completed', format: VIEW_FORMAT, view });
  });

  test('is the detail of its failure when it failed', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ada'])] });
    await execution.decide('review', 'ada', 'reject');
    const failure = await execution.handle.result().catch((error: unknown) => error);
    const { next: _, seq: __, ...view } = (await execution.view()) as ViewPage;
    expect(failure).toMatchObject({
      cause: { type: 'unhandled-rejection', details: [{ status: 'failed', format: VIEW_FORMAT, view }] },
    });
  });

  test('leaves out a view of more than 64 KiB', async () => {
    const long = (nodeId: string) => agent(nodeId, { agentId: 'long-agent' });
    const one = await harness.start({ nodes: [long('a')] });
    expect(Object.keys((await one.handle.result()) as object)).toEqual(['status', 'format', 'view']);
    const two = await harness.start({ nodes: [long('a'), long('b')], edges: [edge('a', 'b')] });
    expect(await two.handle.result()).toEqual({ status: 'completed' });
  });

  test('is of format 1 as long as views have these fields', async () => {
    const execution = await harness.start({ nodes: [human('review', ['ada'])] });
    await execution.decide('review', 'ada');
    const { view } = (await execution.handle.result()) as { view: { steps: object[] } };
    expect([VIEW_FORMAT, Object.keys(view).sort(), Object.keys(view.steps[0] ?? {}).sort()]).toEqual([
      1,
      [
        'cancelledAt',
        'completedAt',
        'correlationId',
        'definitionId',
        'definitionVersion',
        'executionId',
        'failureReason',
        'idempotencyKey',
        'startedAt',
        'status',
        'steps',
      ],
      ['completedAt', 'error', 'groupId', 'nodeId', 'nodeType', 'output', 'startedAt', 'status', 'stepId'],
    ]);
  });
});

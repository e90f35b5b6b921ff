import { describe, expect, test } from '@jest/globals';
import { advance } from '../../src/engine/advance';
import { packRun, unpackRun } from '../../src/engine/stored';
import { workInFlight } from '../../src/engine/work';
import { agent, edge, Scene, type Shape, webhook } from './scene';

const SYNC: Shape = {
  nodes: [agent('draft'), webhook('notify', {}, { requireNonEmptyOutput: true }), agent('after')],
  edges: [edge('draft', 'notify'), edge('notify', 'after')],
};
const ASYNC: Shape = {
  nodes: [webhook('ship', { mode: 'async' }), agent('after')],
  edges: [edge('ship', 'after')],
};
const OK = { httpStatus: 200, responseHeaders: {}, responseText: 'ok' };

const answer = (scene: Scene, nodeId: string, response: object = OK) =>
  scene.feed({
    kind: 'webhook-answered',
    stepId: scene.step(nodeId).stepId,
    response: response as typeof OK,
  });
const callBack = (scene: Scene, nodeId: string, rest: object = {}) =>
  scene.feed({
    ...{ kind: 'webhook-called-back', stepId: scene.step(nodeId).stepId, status: 'completed', output: { score: 9 } },
    ...{ error: null, ...rest },
  } as never);

describe('a sync webhook step', () => {
  test('is called with its input, and completes with the answer', () => {
    const scene = Scene.of(SYNC, { triggerContext: { asset: 1 } });
    scene.succeed('draft', { text: 'hello' });
    const [effect] = scene.effects;
    expect(effect).toMatchObject({
      kind: 'call-webhook',
      request: { nodeId: 'notify', input: { text: 'hello' }, triggerContext: { asset: 1 }, executionId: 'exec_test' },
    });
    expect(answer(scene, 'notify')).toEqual({ kind: 'applied' });
    expect(scene.status('notify')).toBe('completed');
    expect(scene.view().steps[1]).toMatchObject({ nodeType: 'webhook', output: OK });
    expect(scene.status('after')).toBe('running');
  });

  test('fails when the answer is empty and the node requires one', () => {
    const scene = Scene.of(SYNC);
    scene.succeed('draft');
    answer(scene, 'notify', { ...OK, responseText: '' });
    expect(scene.step('notify').error?.code).toBe('webhook-node-empty-response');
  });

  test('takes no callback', () => {
    const scene = Scene.of(SYNC);
    scene.succeed('draft');
    expect(callBack(scene, 'notify')).toMatchObject({ kind: 'refused', code: 'step-not-webhook' });
  });
});

describe('an async webhook step', () => {
  test('waits once it was accepted, and ends with the first callback', () => {
    const scene = Scene.of(ASYNC);
    answer(scene, 'ship');
    expect(scene.status('ship')).toBe('waiting');
    expect(scene.types().at(-1)).toBe('step.awaiting-callback ship');
    expect(callBack(scene, 'ship')).toEqual({ kind: 'step-ended' });
    expect(scene.step('ship')).toMatchObject({ status: 'completed', output: { score: 9 } });
    expect(callBack(scene, 'ship')).toMatchObject({ kind: 'refused', code: 'step-in-wrong-status' });
  });

  test('ends with a callback that is quicker than the answer to the call, which then comes too late', () => {
    const scene = Scene.of(ASYNC);
    callBack(scene, 'ship');
    expect(scene.effects).toContainEqual({ kind: 'cancel-work', stepId: scene.step('ship').stepId });
    expect(answer(scene, 'ship')).toEqual({ kind: 'ignored-late' });
    expect(scene.status('after')).toBe('running');
  });

  test('fails with the reason that the receiver gives', () => {
    const scene = Scene.of(ASYNC);
    answer(scene, 'ship');
    callBack(scene, 'ship', { status: 'failed', output: null, error: 'out of stock' });
    expect(scene.step('ship').error).toEqual({ code: 'webhook-node-failed', message: 'out of stock' });
  });

  test('completes with the decision of its callback', () => {
    const scene = Scene.of(ASYNC);
    answer(scene, 'ship');
    callBack(scene, 'ship', { output: { decision: 'reject' } });
    expect(scene.run.failureReason?.code).toBe('unhandled-rejection');
    expect(scene.run.failureReason?.message).toContain('rejected by ship');
  });

  test('is called again by the run that continues it as new, and waits on when it was accepted', () => {
    const scene = Scene.of(ASYNC);
    const { plan } = scene;
    const renew = () => unpackRun(plan, JSON.parse(JSON.stringify(packRun(plan, scene.run))));
    expect(renew()).toEqual(scene.run);
    expect(workInFlight(plan, renew())).toEqual(scene.effects);
    answer(scene, 'ship');
    expect(workInFlight(plan, renew())).toEqual([]);
    const { reply } = advance(plan, renew(), {
      ...{ kind: 'webhook-called-back', at: 9_000, stepId: scene.step('ship').stepId, status: 'completed' },
      ...{ output: null, error: null },
    });
    expect(reply).toEqual({ kind: 'step-ended' });
  });
});

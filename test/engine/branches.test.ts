// Where branches end decides whether an execution whose steps were cancelled by an administrator completed or was cancelled.
import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, MARKETING, Scene } from './scene';

const REVISED = {
  nodes: [agent('write'), human('review', ['u']), agent('publish')],
  edges: [
    edge('write', 'review'),
    edge('review', 'publish'),
    edge('review', 'write', { on: 'reject', loop: { maxIterations: 3 } }),
  ],
};
const cancelNewest = (scene: Scene) =>
  scene.feed({
    kind: 'step-cancel-requested',
    stepId: scene.run.steps.at(-1)?.stepId ?? '',
    actorId: 'admin',
    reason: null,
  });

describe('an execution whose last step is cancelled by an administrator is cancelled', () => {
  test('when an edge had led to that step', () => {
    const scene = Scene.of(REVISED);
    scene.succeed('write');
    cancelNewest(scene);
    expect(scene.run.status).toBe('cancelled');
  });

  test('when a loop had led back to it', () => {
    const scene = Scene.of(REVISED);
    scene.succeed('write');
    scene.decide('review', 'u', 'reject');
    expect(scene.run.steps.map(({ nodeId }) => nodeId)).toEqual(['write', 'review', 'write']);
    cancelNewest(scene);
    expect(scene.run.status).toBe('cancelled');
  });

  test('when a group had led to it', () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.decide('brand', 'u_brand');
    cancelNewest(scene);
    expect(scene.run.status).toBe('cancelled');
  });
});

test('an execution of which one branch ended by itself is completed', () => {
  const scene = Scene.of({ nodes: [agent('a'), agent('b')] });
  scene.succeed('a');
  cancelNewest(scene);
  expect(scene.run.status).toBe('completed');
});

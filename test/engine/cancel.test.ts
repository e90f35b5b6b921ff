import { describe, expect, test } from '@jest/globals';
import { MARKETING, Scene } from './scene';

describe('cancelling an execution', () => {
  test('ends every open step, each with its event, and stops running agents', () => {
    const scene = Scene.of(MARKETING);
    expect(scene.feed({ kind: 'cancel-requested', reason: 'Campaign is off' })).toEqual({
      kind: 'cancel',
      cancelled: true,
    });
    expect(scene.view()).toMatchObject({ status: 'cancelled', cancelledAt: 1_001, completedAt: null });
    expect(scene.effects).toEqual([{ kind: 'cancel-agent', stepId: scene.step('draft').stepId }]);
    expect(scene.events.slice(-2)).toMatchObject([
      { type: 'step.cancelled', data: { actorId: 'system:execution-cancelled', reason: 'Campaign is off' } },
      { type: 'execution.cancelled', data: { reason: 'Campaign is off' } },
    ]);
  });

  test('of a cancel and the last approval the first one decides', () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.feed({ kind: 'cancel-requested', reason: null });
    expect(scene.decide('brand', 'u_brand')).toMatchObject({ rejectionReason: 'already-terminal' });
    expect(scene.run.steps.map((step) => step.status)).toEqual(['completed', 'completed', 'cancelled']);
    expect(scene.feed({ kind: 'cancel-requested', reason: null })).toEqual({ kind: 'cancel', cancelled: false });
  });
});

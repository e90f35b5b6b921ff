// Cancels: of an execution, and of a single step (contract 2 sections 5 and 8; contract 1, steps/cancel).
import { describe, expect, test } from '@jest/globals';
import { agent, blocking, edge, human, MARKETING, Scene } from './scene';

describe('cancelling an execution', () => {
  test('ends every open step, each with its event, and stops running agents', () => {
    const scene = Scene.of(MARKETING);
    expect(scene.feed({ kind: 'cancel-requested', reason: 'Campaign is off' })).toEqual({
      kind: 'cancel',
      cancelled: true,
    });
    expect(scene.view()).toMatchObject({
      status: 'cancelled',
      cancelledAt: 1_001,
      completedAt: null,
      failureReason: null,
    });
    expect(scene.effects).toEqual([{ kind: 'cancel-work', stepId: scene.step('draft').stepId }]);
    expect(scene.events.slice(-2)).toMatchObject([
      { type: 'step.cancelled', data: { actorId: 'system:execution-cancelled', reason: 'Campaign is off' } },
      { type: 'execution.cancelled', stepId: null, data: { reason: 'Campaign is off' } },
    ]);
  });

  test('without a reason the steps say that it was the execution, and the execution says nothing', () => {
    const scene = Scene.of({ nodes: [human('a', ['u']), human('b', ['u'])] });
    scene.feed({ kind: 'cancel-requested', reason: null });
    const said = { actorId: 'system:execution-cancelled', reason: 'execution-cancelled' };
    expect(scene.data('step.cancelled')).toEqual([said, said]);
    expect(scene.data('execution.cancelled')).toEqual([null]);
    expect(scene.types().slice(-3)).toEqual(['step.cancelled a', 'step.cancelled b', 'execution.cancelled']);
  });

  test('of a cancel and the last approval the first one decides', () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.feed({ kind: 'cancel-requested', reason: null });
    expect(scene.decide('brand', 'u_brand')).toMatchObject({ rejectionReason: 'already-terminal' });
    expect(scene.run.steps.map((step) => step.status)).toEqual(['completed', 'completed', 'cancelled']);
    const before = scene.run;
    expect(scene.feed({ kind: 'cancel-requested', reason: null })).toEqual({ kind: 'cancel', cancelled: false });
    expect(scene.run).toBe(before);
  });

  test.each(['completed', 'failed'])('one that is %s stays so', (status) => {
    const scene = Scene.of({ nodes: [agent('a')] });
    if (status === 'completed') scene.succeed('a');
    else scene.fail('a');
    expect(scene.feed({ kind: 'cancel-requested', reason: 'x' })).toEqual({ kind: 'cancel', cancelled: false });
    expect(scene.run.status).toBe(status);
  });
});

describe('cancelling a step', () => {
  test('ends it with who and why; no edge fires from it, not even always or custom', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), human('b', ['u']), human('c', ['u']), human('other', ['u'])],
      edges: [edge('a', 'b', { on: 'always' }), edge('a', 'c', { when: 'step.status == "cancelled"' })],
    });
    const before = scene.events.length;
    expect(scene.cancelStep('a', 'not needed')).toEqual({ kind: 'step-ended' });
    expect(scene.step('a')).toMatchObject({
      status: 'cancelled',
      completedAt: 1_001,
      cancel: { actorId: 'boss', reason: 'not needed', isAdministrative: true },
    });
    expect(scene.types().slice(before)).toEqual(['step.cancelled a']);
    expect(scene.data('step.cancelled')).toEqual([{ actorId: 'boss', reason: 'not needed' }]);
    expect(scene.run.status).toBe('running');
    expect(scene.run.steps).toHaveLength(2);
  });

  test('a reason may be left out', () => {
    const scene = Scene.of({ nodes: [human('a', ['u'])] });
    scene.cancelStep('a');
    expect(scene.data('step.cancelled')).toEqual([{ actorId: 'boss', reason: null }]);
  });

  test('a running agent is told to stop, a waiting one is not', () => {
    const running = Scene.of({ nodes: [agent('a')] });
    running.cancelStep('a');
    expect(running.effects).toEqual([{ kind: 'cancel-work', stepId: running.step('a').stepId }]);
    const waiting = Scene.of({ nodes: [blocking('a')] });
    waiting.succeed('a');
    waiting.cancelStep('a');
    expect(waiting.effects).toEqual([]);
  });

  test('its deadline is over', () => {
    const scene = Scene.of({ nodes: [human('a', ['u'], { slaMs: 100 }), human('b', ['u'])] });
    scene.cancelStep('a');
    expect(scene.run.nextDue).toBeNull();
    expect(scene.wake(2_000)).toEqual({ kind: 'ignored-late' });
  });

  test('one that has ended is refused, and so is one that never was', () => {
    const scene = Scene.of({ nodes: [human('a', ['u']), human('b', ['u'])] });
    scene.decide('a', 'u');
    const before = scene.run;
    expect(scene.cancelStep('a')).toEqual({
      kind: 'refused',
      code: 'step-in-wrong-status',
      message: `Step "${scene.step('a').stepId}" is completed already; only an open step is cancelled.`,
    });
    expect(
      scene.feed({ kind: 'step-cancel-requested', stepId: 'nowhere', actorId: 'boss', reason: null }),
    ).toMatchObject({ kind: 'refused', code: 'step-not-found' });
    expect(scene.run).toBe(before);
  });
});

describe('where every branch ended in an administrative cancel', () => {
  test('the execution is cancelled, and says nothing more', () => {
    const scene = Scene.of({ nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b')] });
    scene.succeed('a');
    scene.cancelStep('b', 'off');
    expect(scene.view()).toMatchObject({ status: 'cancelled', cancelledAt: 1_002, completedAt: null });
    expect(scene.types().slice(-2)).toEqual(['step.cancelled b', 'execution.cancelled']);
    expect(scene.data('execution.cancelled')).toEqual([null]);
  });

  test('one branch that ended otherwise makes it completed', () => {
    const scene = Scene.of({ nodes: [human('a', ['u']), human('b', ['u'])] });
    scene.cancelStep('a');
    scene.decide('b', 'u');
    expect(scene.view()).toMatchObject({ status: 'completed', completedAt: 1_002, cancelledAt: null });
  });

  test('a cancel by the engine itself is no administrative one', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), human('b', ['u']), human('next', ['u'])],
      edges: [edge('a', 'next'), edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'cancelOnQuorum' }],
    });
    scene.decide('a', 'u');
    scene.cancelStep('next');
    expect(scene.status('b')).toBe('cancelled');
    expect(scene.run.status).toBe('completed');
  });

  test.each(['waitAll', 'cancelOnQuorum', 'joinOnQuorum'])(
    'a %s group of which all started members were cancelled so is a cancelled branch, and not unhandled',
    (onQuorumMet) => {
      const scene = Scene.of({
        nodes: [human('a', ['u']), human('b', ['u']), human('c', ['u'])],
        groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3, quorum: 1, onQuorumMet }].map(
          (group) => (onQuorumMet === 'joinOnQuorum' ? { ...group, quorum: 2 } : group),
        ),
      });
      for (const nodeId of ['a', 'b', 'c']) scene.cancelStep(nodeId);
      expect(scene.run.status).toBe('cancelled');
      expect(scene.types().at(-2)).toBe('parallel-group.completed');
    },
  );

  test('a group of which one member was cancelled and the others rejected is unhandled', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), human('b', ['u'])],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1 }],
    });
    scene.cancelStep('a');
    scene.reject('b', 'u');
    expect(scene.run.failureReason).toEqual({
      code: 'unhandled-rejection',
      message: `Group "g" ended with 0 approvals, and its quorum is 1: step "a" (${scene.step('a').stepId}) was cancelled; step "b" (${scene.step('b').stepId}) was rejected by u.`,
    });
  });

  test('members of a group that went on as a whole are no ends', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), human('b', ['u']), human('next', ['u'])],
      edges: [edge('a', 'next'), edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'joinOnQuorum' }],
    });
    scene.decide('a', 'u');
    scene.cancelStep('next');
    expect(scene.run.status).toBe('cancelled');
  });
});

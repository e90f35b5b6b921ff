import { describe, expect, test } from '@jest/globals';
import { canWake, nextWake } from '../../src/engine/deadline';
import { agent, edge, human, planOf, Scene } from './scene';

const two = {
  nodes: [human('a', ['u_a'], { slaMs: 500 }), human('b', ['u_b'], { slaMs: 200 }), human('late', ['u'])],
  edges: [
    edge('a', 'late', { when: 'step.status == "breached"' }),
    edge('b', 'late', { when: 'step.status == "breached"' }),
  ],
};

const reminded = (times: object) => {
  const node = human('b', ['u']);
  return { ...node, config: { ...node.config, ...times } };
};

describe('deadlines', () => {
  test.each([
    ['neither slaMs nor reminders', false, [agent('a'), human('b', ['u'])]],
    ['slaMs of an agent', true, [agent('a', {}, { slaMs: 5 })]],
    ['remindAfterMs', true, [reminded({ remindAfterMs: 60_000 })]],
    ['remindEveryMs', true, [reminded({ remindEveryMs: 60_000 })]],
  ])('a definition with %s can wake its runs: %s', (_, isWatched, nodes) => {
    expect(canWake(planOf({ nodes }).definition.nodes)).toBe(isWatched);
  });

  test('the next one is that of the step that is due first, and moves on as steps end', () => {
    const scene = Scene.of(two);
    const next = () => nextWake(scene.run);
    expect(next()).toEqual({ at: 1_200, kind: 'deadline', nodeId: 'b' });
    scene.decide('b', 'u_b');
    expect(next()).toEqual({ at: 1_500, kind: 'deadline', nodeId: 'a' });
    scene.decide('a', 'u_a');
    expect(next()).toBeNull();
  });

  test('one wake-up breaches one step, the one that is due first', () => {
    const scene = Scene.of(two);
    scene.wake(2_000);
    expect([scene.status('a'), scene.status('b')]).toEqual(['waiting', 'breached']);
    expect(nextWake(scene.run)?.at).toBe(1_500);
    scene.wake(2_000);
    expect(scene.status('a')).toBe('breached');
    expect(scene.view().steps[0]).toMatchObject({ error: { code: 'sla-exceeded' }, completedAt: 2_000 });
  });

  test('a wake-up before anything is due changes nothing', () => {
    const scene = Scene.of(two);
    const before = scene.run;
    expect(scene.wake(1_199)).toEqual({ kind: 'ignored-late' });
    expect(scene.run).toBe(before);
  });

  test('a step that is breached has its agent cancelled and says sla-exceeded', () => {
    const scene = Scene.of({ nodes: [agent('a', {}, { slaMs: 100 })] });
    scene.wake(1_100);
    expect(scene.effects).toEqual([{ kind: 'cancel-work', stepId: scene.step('a').stepId }]);
    expect(scene.events.find((event) => event.type === 'step.breached')?.data).toEqual({ reason: 'sla-exceeded' });
  });

  test('of a decision and a breach the first wins and the other is answered as too late', () => {
    const decided = Scene.of(two);
    decided.decide('b', 'u_b');
    decided.wake(1_200);
    expect(decided.status('b')).toBe('completed');
    const breached = Scene.of(two);
    breached.wake(1_200);
    expect(breached.decide('b', 'u_b')).toMatchObject({
      rejectionReason: 'already-terminal',
      aggregatorStatus: 'pending',
    });
  });
});

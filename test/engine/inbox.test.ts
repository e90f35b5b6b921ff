import { describe, expect, test } from '@jest/globals';
import { INBOX_SLICE_MAX, inboxOf } from '../../src/engine/inbox';
import { human, Scene } from './scene';

const ask = (scene: Scene, reviewerId: string, after = -1) => inboxOf(scene.plan, scene.run, { reviewerId, after });

describe('the inbox of a reviewer', () => {
  test('holds the steps that wait for this person, until they decide', () => {
    const scene = Scene.of({ nodes: [human('a', ['ada', 'bob']), human('b', ['bob'])] });
    expect(ask(scene, 'ada').found.map(({ entry }) => entry.nodeId)).toEqual(['a']);
    expect(ask(scene, 'bob').found.map(({ entry }) => entry.nodeId)).toEqual(['a', 'b']);
    expect(ask(scene, 'eve')).toEqual({ found: [], hasMore: false });
    const { stepId } = ask(scene, 'ada').found[0]!.entry;
    scene.feed({ kind: 'reviewer-decided', stepId, reviewerId: 'ada', decision: 'approve', reason: null });
    expect(ask(scene, 'ada').found).toEqual([]);
    expect(ask(scene, 'bob').found).toHaveLength(2);
  });

  test('is empty once the execution has ended', () => {
    const scene = Scene.of({ nodes: [human('a', ['ada'])] });
    scene.feed({ kind: 'cancel-requested', reason: null });
    expect(ask(scene, 'ada').found).toEqual([]);
  });

  test('a long one is handed out in slices, each step once', () => {
    const nodes = Array.from({ length: 99 }, (_, n) => human(`n${n}`, ['ada']));
    const scene = Scene.of({ nodes: [...nodes, human('last', ['ada'])] });
    // As many as a definition can have nodes: twice that, as a run with loops or fan-out has them.
    const run = {
      steps: [...scene.run.steps, ...scene.run.steps.map((step) => ({ ...step, stepId: `${step.stepId}_2` }))],
    };
    const first = inboxOf(scene.plan, run, { reviewerId: 'ada', after: -1 });
    expect([first.found.length, first.hasMore]).toEqual([INBOX_SLICE_MAX, true]);
    const rest = inboxOf(scene.plan, run, { reviewerId: 'ada', after: first.found.at(-1)!.position });
    expect([rest.found.length, rest.hasMore]).toEqual([100, false]);
    const ids = [...first.found, ...rest.found].map(({ entry }) => entry.stepId);
    expect(new Set(ids).size).toBe(200);
  });
});

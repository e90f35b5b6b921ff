import { describe, expect, test } from '@jest/globals';
import type { Step } from '../../src/engine/run';
import { copySteps, findStep, positionOf } from '../../src/engine/step-positions';
import { agent, edge, Scene } from './scene';

const EXAMPLE = Scene.of({ nodes: [agent('a')] }).step('a');
const named = (...ids: string[]): Step[] => ids.map((stepId) => ({ ...EXAMPLE, stepId }));

describe('where a step stands', () => {
  test('is found also for what was added since the last look, and not for what is not there', () => {
    const steps = named('one', 'two');
    expect([positionOf(steps, 'one'), positionOf(steps, 'two'), positionOf(steps, 'three')]).toEqual([0, 1, -1]);
    steps.push(...named('three'));
    expect(positionOf(steps, 'three')).toBe(2);
    expect(findStep(steps, 'three')?.stepId).toBe('three');
    expect(findStep(steps, 'four')).toBeUndefined();
    expect(positionOf([], 'one')).toBe(-1);
  });

  test('is that of its own run, when two go on from one', () => {
    const before = named('one');
    expect(positionOf(before, 'one')).toBe(0);
    const first = copySteps(before);
    first.push(...named('left', 'both'));
    expect(positionOf(first, 'both')).toBe(2);
    const second = copySteps(before);
    second.push(...named('both'));
    expect([positionOf(second, 'both'), positionOf(second, 'left')]).toEqual([1, -1]);
    expect([positionOf(first, 'both'), positionOf(before, 'both')]).toEqual([2, -1]);
  });

  test('is that of the step that stands there now', () => {
    const scene = Scene.of({ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b')] });
    const { run } = scene;
    scene.succeed('a');
    expect(findStep(scene.run.steps, scene.step('a').stepId)?.status).toBe('completed');
    expect(findStep(run.steps, scene.step('a').stepId)?.status).toBe('running');
  });
});

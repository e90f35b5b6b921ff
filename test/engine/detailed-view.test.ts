import { describe, expect, test } from '@jest/globals';
import { detailedPage } from '../../src/engine/detailed-view';
import { viewPage } from '../../src/engine/view';
import { agent, edge, human, Scene } from './scene';

const MIB = 1024 * 1024;
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));

describe('the detailed view', () => {
  test('shows the view, with the input of each step; a root has the triggerContext, which is not repeated', () => {
    const scene = Scene.of({ nodes: [human('first', ['ada']), agent('second')], edges: [edge('first', 'second')] });
    scene.decide('first', 'ada');
    const page = detailedPage(scene.plan, scene.run, 0);
    const { steps, ...rest } = viewPage(scene.plan, scene.run, 0);
    expect(page).toMatchObject({ ...rest, cancelReason: null });
    expect(page.steps).toMatchObject(steps);
    expect(page.steps.map(({ input, iteration }) => [input === null, iteration])).toEqual([
      [true, 1],
      [false, 1],
    ]);
    expect(page.steps[1]?.input).toEqual(steps[0]?.output);
  });

  test('says why the execution was cancelled', () => {
    const scene = Scene.of({ nodes: [human('first', ['ada'])] });
    scene.feed({ kind: 'cancel-requested', reason: 'enough' });
    expect(detailedPage(scene.plan, scene.run, 0).cancelReason).toBe('enough');
  });

  test('no page is larger than Temporal takes, and together they have every step once', () => {
    const children = Array.from({ length: 20 }, (_, index) => `child-${index}`);
    const shape = {
      nodes: [agent('large'), ...children.map((nodeId) => human(nodeId, ['ada']))],
      edges: children.map((nodeId) => edge('large', nodeId)),
    };
    const scene = Scene.of(shape);
    const [root] = scene.run.steps;
    const result = { text: 'x'.repeat(240 * 1024) };
    scene.feed({ kind: 'agent-succeeded', stepId: root?.stepId ?? '', result });
    const seen: string[] = [];
    for (let from: number | null = 0; from !== null; ) {
      const page = detailedPage(scene.plan, scene.run, from);
      expect(bytesOf(page)).toBeLessThan(2 * MIB);
      seen.push(...page.steps.map(({ nodeId }) => nodeId));
      from = page.next;
    }
    expect(seen).toEqual(['large', ...children]);
  });
});

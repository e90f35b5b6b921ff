// What is read of a run a page at a time: its steps, its external events, and whom it waits for.
import { describe, expect, test } from '@jest/globals';
import { isExternal } from '../../src/engine/event';
import { appendEvents } from '../../src/engine/event-log';
import { eventsPage, pendingReviewers, viewPage } from '../../src/engine/view';
import { workInFlight } from '../../src/engine/work';
import { agent, edge, human, Scene } from './scene';

const REVIEWED = {
  nodes: [agent('write'), human('legal', ['ann', 'bob']), human('brand', ['bob', 'cleo']), agent('publish')],
  edges: [edge('write', 'legal'), edge('write', 'brand'), edge('legal', 'publish')],
};
/** Four agents side by side, each with an output of 200 KiB: three of them are more than a page. */
const LARGE = { nodes: ['a', 'b', 'c', 'd'].map((id) => agent(id)) };
const large = () => {
  const scene = Scene.of(LARGE);
  for (const id of ['a', 'b', 'c', 'd']) scene.succeed(id, { text: 'x'.repeat(200 * 1024) });
  return scene;
};
const nodesOf = (scene: Scene, from: number) => {
  const { steps, next } = viewPage(scene.plan, scene.run, from);
  return { nodes: steps.map(({ nodeId }) => nodeId).join(''), next };
};

describe('a page of steps', () => {
  test('ends before the step that does not fit, and says where the next one begins', () => {
    const scene = large();
    expect(nodesOf(scene, 0)).toEqual({ nodes: 'ab', next: 2 });
    expect(nodesOf(scene, 2)).toEqual({ nodes: 'cd', next: null });
    expect(nodesOf(scene, 3)).toEqual({ nodes: 'd', next: null });
    expect(nodesOf(scene, 1)).toEqual({ nodes: 'bc', next: 3 });
  });

  test('beyond the last step is empty', () => {
    for (const from of [4, 99]) expect(nodesOf(large(), from)).toEqual({ nodes: '', next: null });
  });

  test('shows the execution as it stands, with the number of its last event', () => {
    const scene = Scene.of(REVIEWED);
    const page = viewPage(scene.plan, scene.run, 0);
    expect(page).toMatchObject({ executionId: 'exec_test', status: 'running', startedAt: 1_000, completedAt: null });
    expect(page).toMatchObject({
      definitionId: 'under-test',
      definitionVersion: 1,
      idempotencyKey: 'test',
      next: null,
    });
    expect(page.seq).toBe(scene.events.at(-1)?.seq);
  });
});

describe('a page of events', () => {
  const scene = Scene.of(REVIEWED);
  scene.succeed('write');
  const external = scene.events.filter(isExternal);
  const page = (sinceSeq: number, pageSize: number) => eventsPage(scene.plan, scene.run, { sinceSeq, pageSize });

  test('has the external ones after a number, in order, and no others', () => {
    expect(external.length).toBeLessThan(scene.events.length);
    for (const { seq } of [{ seq: 0 }, ...scene.events]) {
      const events = external.filter((event) => event.seq > seq);
      expect(page(seq, 500)).toEqual({ events, correlationId: 'corr_test', hasMore: false });
    }
  });

  test('says that there is more only when there is an external one behind it', () => {
    const [first, second] = external;
    expect(page(0, 1)).toEqual({ events: [first], correlationId: 'corr_test', hasMore: true });
    expect(page(first!.seq, 1)).toEqual({ events: [second], correlationId: 'corr_test', hasMore: external.length > 2 });
    expect(page(0, external.length)).toEqual({ events: external, correlationId: 'corr_test', hasMore: false });
    expect(page(external.at(-1)!.seq, 1)).toEqual({ events: [], correlationId: 'corr_test', hasMore: false });
  });

  test('is cut by its size too', () => {
    const event = { ...external[0]!, data: { reason: 'x'.repeat(448 * 1024) } };
    const log = appendEvents(
      [],
      [
        { ...event, seq: 1 },
        { ...event, seq: 2 },
      ],
    );
    expect(eventsPage(scene.plan, { log }, { sinceSeq: 0, pageSize: 9 })).toMatchObject({ hasMore: true });
    expect(eventsPage(scene.plan, { log }, { sinceSeq: 0, pageSize: 9 }).events).toHaveLength(1);
    expect(eventsPage(scene.plan, { log }, { sinceSeq: 1, pageSize: 9 })).toMatchObject({ hasMore: false });
  });
});

describe('whom a run waits for', () => {
  test('is everyone who has not decided on a waiting step, once', () => {
    const scene = Scene.of(REVIEWED);
    expect(pendingReviewers(scene.plan, scene.run)).toEqual([]);
    scene.succeed('write');
    expect(pendingReviewers(scene.plan, scene.run)).toEqual(['ann', 'bob', 'cleo']);
    scene.decide('legal', 'ann');
    scene.decide('brand', 'bob');
    expect(pendingReviewers(scene.plan, scene.run)).toEqual(['bob', 'cleo']);
    scene.decide('legal', 'bob');
    expect(pendingReviewers(scene.plan, scene.run)).toEqual(['cleo']);
  });

  test('is nobody while blocking agents wait', () => {
    const blocking = { blocking: true, resolutionPolicy: { kind: 'allResolved' } };
    const scene = Scene.of({ nodes: [agent('check', blocking)] });
    scene.succeed('check', { responses: [{ responseId: 'r' }] });
    expect(scene.status('check')).toBe('waiting');
    expect(pendingReviewers(scene.plan, scene.run)).toEqual([]);
  });
});

describe('the agents at work', () => {
  test('are asked again for the same, and those that have ended are not', () => {
    const scene = Scene.of({ ...REVIEWED, nodes: [...REVIEWED.nodes, agent('beside')] });
    const asked = scene.effects.filter(({ kind }) => kind === 'run-agent');
    expect(asked).toHaveLength(2);
    expect(workInFlight(scene.plan, scene.run)).toEqual(asked);
    scene.succeed('write');
    expect(workInFlight(scene.plan, scene.run)).toEqual(asked.slice(1));
    scene.succeed('beside');
    expect(workInFlight(scene.plan, scene.run)).toEqual([]);
  });
});

import { describe, expect, test } from '@jest/globals';
import { advance } from '../../src/engine/advance';
import { isExternal } from '../../src/engine/event';
import { allEvents } from '../../src/engine/event-log';
import { agent, edge, human, MARKETING, planOf, Scene } from './scene';

describe('the life of an execution', () => {
  test('the seed definition runs from draft over two approvals to publish', () => {
    const scene = Scene.of(MARKETING);
    expect(scene.view()).toMatchObject({ status: 'running', startedAt: 1_000 });
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    expect(scene.run.steps.map((step) => step.nodeId)).toEqual(['draft', 'legal', 'brand']);
    scene.decide('brand', 'u_brand');
    scene.succeed('publish');
    expect(scene.view()).toMatchObject({
      status: 'completed',
      completedAt: 1_004,
      cancelledAt: null,
      failureReason: null,
    });
    expect(scene.step('publish').stepId).toBe('group_review__to__publish');
  });

  test('every event is numbered from 1 without a gap, internal ones included, in the order in which things happened', () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.decide('brand', 'u_brand');
    scene.succeed('publish');
    expect(scene.types()).toEqual([
      'execution.dispatched',
      'step.scheduled draft',
      'step.started draft',
      'step.completed draft',
      'step.scheduled legal',
      'step.started legal',
      'step.awaiting-approval legal',
      'step.scheduled brand',
      'step.started brand',
      'step.awaiting-approval brand',
      'step.response-recorded legal',
      'step.resumed legal',
      'step.completed legal',
      'step.response-recorded brand',
      'step.resumed brand',
      'step.completed brand',
      'group.quorum-met',
      'parallel-group.completed',
      'step.scheduled publish',
      'step.started publish',
      'step.completed publish',
      'execution.completed',
    ]);
    expect(scene.events.map((event) => event.seq)).toEqual(scene.events.map((_, index) => index + 1));
    expect(allEvents(scene.run.log)).toEqual(scene.events);
  });

  test('external events carry the data of contract 2 section 9', () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.decide('brand', 'u_brand');
    const data = Object.fromEntries(scene.events.filter(isExternal).map((event) => [event.type, event.data]));
    const legal = scene.step('legal').stepId;
    expect(data['execution.dispatched']).toEqual({
      definitionId: 'under-test',
      definitionVersion: 1,
      rootStepIds: ['step_draft_1000_abcdefgh'],
    });
    expect(
      scene.events.find((event) => event.stepId === legal && event.type === 'step.awaiting-approval')?.data,
    ).toEqual({
      waitingForReviewers: ['u_legal'],
      mandatoryCount: 1,
      resumeKey: `human:${legal}`,
    });
    expect(data['step.completed']).toEqual({ nodeType: 'human', decision: 'approve', aggregatorStatus: 'resolved' });
    expect(data['group.quorum-met']).toEqual({
      groupId: 'review',
      total: 2,
      quorum: 2,
      completedTotal: 2,
      expectedSteps: 2,
    });
  });

  test('advance changes nothing that it was given', () => {
    const plan = planOf(MARKETING);
    const scene = new Scene(plan);
    scene.feed({ kind: 'dispatched', nonce: 'n' });
    const before = deepFreeze(scene.run);
    const result = advance(plan, before, {
      kind: 'agent-succeeded',
      at: 5_000,
      stepId: before.steps[0]!.stepId,
      result: {},
    });
    expect(result.run).not.toBe(before);
    expect(before.steps).toHaveLength(1);
  });

  test('a run that was written as JSON and read again goes on as before', () => {
    const kept = Scene.of(MARKETING);
    const restored = Scene.of(MARKETING);
    for (const scene of [kept, restored]) {
      scene.succeed('draft');
      if (scene === restored) scene.run = JSON.parse(JSON.stringify(scene.run));
      scene.decide('legal', 'u_legal');
      scene.decide('brand', 'u_brand');
    }
    expect(restored.run).toEqual(kept.run);
  });

  test('two predecessors of a node give two steps of it', () => {
    const scene = Scene.of({
      nodes: [agent('a'), agent('b'), human('c', ['u'])],
      edges: [edge('a', 'c'), edge('b', 'c')],
    });
    scene.succeed('a');
    scene.succeed('b');
    expect(scene.run.steps.map((step) => step.stepId)).toEqual([
      'step_a_1000_abcdefgh',
      'step_b_1000_abcdefgh',
      'step_a_1000_abcdefgh__to__c',
      'step_b_1000_abcdefgh__to__c',
    ]);
  });

  test('two edges between the same nodes start one child', () => {
    const scene = Scene.of({
      nodes: [agent('a'), human('b', ['u'])],
      edges: [edge('a', 'b', { on: 'always' }), edge('a', 'b', { when: 'output.done == true' })],
    });
    scene.succeed('a');
    expect(scene.run.steps).toHaveLength(2);
  });

  test('a second dispatch is ignored', () => {
    const scene = Scene.of(MARKETING);
    const before = scene.run;
    expect(scene.feed({ kind: 'dispatched', nonce: 'other' })).toEqual({ kind: 'ignored-late' });
    expect(scene.run).toBe(before);
  });
});

describe('step ids', () => {
  test('an id that would pass 200 characters has its parent part hashed, and stays the same for the same parent', () => {
    const nodes = Array.from({ length: 30 }, (_, index) => agent(`node-with-a-long-name-${index}`));
    const edges = nodes.slice(1).map((node, index) => edge(nodes[index]!.nodeId, node.nodeId));
    const walk = () => {
      const scene = Scene.of({ nodes, edges });
      for (const node of nodes) scene.succeed(node.nodeId);
      return scene.run.steps.map((step) => step.stepId);
    };
    const ids = walk();
    expect(ids).toHaveLength(30);
    expect(new Set(ids).size).toBe(30);
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThanOrEqual(200);
    expect(ids.some((id) => /^step_node-with-a-long-name-\d+_[0-9a-z]{13}__to__/.test(id))).toBe(true);
    expect(walk()).toEqual(ids);
  });
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

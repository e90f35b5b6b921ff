// Groups as sources and targets of edges, required members, and the policies beside joining (contract 2 sections 5 and 6).
import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, Scene, type Shape, toGroup } from './scene';

interface Wanted {
  readonly quorum?: number;
  readonly expectedSteps?: number;
  readonly requiredNodeIds?: readonly string[];
}

/** Three reviewers of one group, and nodes that its own edges may lead to. */
const panel = (
  onQuorumMet: string,
  edges: object[],
  { quorum = 2, expectedSteps = 3, requiredNodeIds }: Wanted = {},
): Shape => ({
  nodes: [
    ...['a', 'b', 'c'].map((nodeId) => human(nodeId, ['u'])),
    // Each of these is led to by an edge that never fires, so that it is no root where the group does not lead to it.
    agent('gate'),
    ...['yes', 'no', 'ever'].map((nodeId) => human(nodeId, ['u'])),
  ],
  edges: [...edges, ...['yes', 'no', 'ever'].map((to) => edge('gate', to, { when: 'output.never == true' }))],
  groups: [
    {
      groupId: 'g',
      memberNodeIds: ['a', 'b', 'c'],
      expectedSteps,
      quorum,
      onQuorumMet,
      ...(requiredNodeIds ? { requiredNodeIds } : {}),
    },
  ],
});
const g = toGroup('g');
const started = (scene: Scene) => scene.run.steps.slice(4).map((step) => step.stepId);
const begin = (shape: Shape) => {
  const scene = Scene.of(shape);
  scene.succeed('gate');
  return scene;
};

describe('cancelOnQuorum', () => {
  test('on quorum who still waits is cancelled in creation order, and who completed fans out itself', () => {
    const scene = begin(panel('cancelOnQuorum', [edge('a', 'yes'), edge('b', 'yes'), edge('c', 'yes')], { quorum: 1 }));
    const before = scene.events.length;
    scene.decide('b', 'u');
    expect(started(scene)).toEqual(['step_b_1000_abcdefgh__to__yes']);
    expect(scene.types().slice(before + 2, before + 8)).toEqual([
      'step.completed b',
      'group.quorum-met',
      'step.cancelled a',
      'step.cancelled c',
      'parallel-group.completed',
      'step.scheduled yes',
    ]);
    expect(scene.data('group.quorum-met')).toEqual([
      { groupId: 'g', total: 1, quorum: 1, completedTotal: 1, expectedSteps: 3 },
    ]);
    expect(scene.data('parallel-group.completed')).toEqual([
      { groupId: 'g', total: 1, quorum: 1, completedTotal: 3, expectedSteps: 3 },
    ]);
  });

  test('a member that rejects fires its own edges, and does not count towards quorum', () => {
    const scene = begin(panel('cancelOnQuorum', [edge('a', 'no', { on: 'reject' }), edge('b', 'yes')]));
    scene.reject('a', 'u');
    scene.decide('b', 'u');
    expect(scene.data('group.quorum-met')).toEqual([]);
    scene.decide('c', 'u');
    expect(scene.data('group.quorum-met')).toMatchObject([{ total: 2, completedTotal: 3 }]);
    expect(started(scene)).toEqual(['step_a_1000_abcdefgh__to__no', 'step_b_1000_abcdefgh__to__yes']);
  });

  test('a member that comes after quorum is created cancelled', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), agent('slow'), human('b', ['u'])],
      edges: [edge('slow', 'b')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'cancelOnQuorum' }],
    });
    scene.decide('a', 'u');
    const before = scene.events.length;
    scene.succeed('slow');
    expect(scene.types().slice(before + 1)).toEqual([
      'step.scheduled b',
      'step.cancelled b',
      'parallel-group.completed',
      'execution.completed',
    ]);
    expect(scene.step('b')).toMatchObject({ startedAt: null, completedAt: 1_002, endedSeq: before + 3 });
    expect(scene.output('b')).toBeNull();
  });

  test('a member agent that runs at quorum finishes and fans out itself', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u']), agent('b'), human('next', ['u'])],
      edges: [edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'cancelOnQuorum' }],
    });
    scene.decide('a', 'u');
    expect(scene.effects).toEqual([]);
    scene.succeed('b');
    expect(scene.ids().at(-1)).toBe('step_b_1000_abcdefgh__to__next');
  });

  test('done without quorum it is unhandled unless every member that did not approve fired an edge of its own', () => {
    const unhandled = begin(panel('cancelOnQuorum', [edge('a', 'no', { on: 'reject' })]));
    unhandled.reject('a', 'u');
    unhandled.reject('b', 'u');
    unhandled.decide('c', 'u');
    expect(unhandled.run.failureReason?.code).toBe('unhandled-rejection');
    const edges = ['a', 'b'].map((from) => edge(from, 'no', { on: 'reject' }));
    const handled = begin(panel('cancelOnQuorum', edges));
    handled.reject('a', 'u');
    handled.reject('b', 'u');
    handled.decide('c', 'u');
    expect(handled.run.status).toBe('running');
  });
});

describe('required members', () => {
  test('quorum waits for every one of them, however many others approved', () => {
    const scene = begin(panel('waitAll', [], { quorum: 1, requiredNodeIds: ['c'] }));
    scene.decide('a', 'u');
    scene.decide('b', 'u');
    expect(scene.data('group.quorum-met')).toEqual([]);
    scene.decide('c', 'u');
    expect(scene.data('group.quorum-met')).toMatchObject([{ total: 3, quorum: 1 }]);
    expect(scene.run.status).toBe('completed');
  });

  test('one that does not approve leaves the group without quorum, and the failure names it', () => {
    const scene = begin(panel('cancelOnQuorum', [], { quorum: 1, requiredNodeIds: ['c'] }));
    scene.decide('a', 'u');
    scene.decide('b', 'u');
    scene.override('c', 'force-complete', { output: {} });
    expect(scene.run.failureReason).toEqual({
      code: 'quorum-not-met',
      message: `Group "g" ended with 2 approvals, and its quorum is 1: step "c" (${scene.step('c').stepId}) completed without approving; required and not approved: c.`,
    });
  });

  test('a required one that is enough by itself meets a quorum of one', () => {
    const scene = begin(
      panel(
        'joinOnQuorum',
        ['a', 'b', 'c'].map((from) => edge(from, 'yes')),
        { quorum: 1, requiredNodeIds: ['c'] },
      ),
    );
    scene.decide('c', 'u');
    expect(started(scene)).toEqual(['group_g__to__yes']);
  });
});

describe("a waitAll group's own edges", () => {
  const edges = [edge(g, 'yes', { on: 'approve' }), edge(g, 'no', { on: 'reject' }), edge(g, 'ever', { on: 'always' })];

  test('approve and always fire when the group is done and all approved, not at quorum', () => {
    const scene = begin(panel('waitAll', edges, { quorum: 1 }));
    scene.decide('a', 'u');
    scene.decide('b', 'u');
    expect(scene.data('group.quorum-met')).toHaveLength(1);
    expect(started(scene)).toEqual([]);
    scene.decide('c', 'u');
    expect(started(scene)).toEqual(['group_g__to__yes', 'group_g__to__ever']);
    expect(scene.step('yes').cause).toEqual({ kind: 'group', groupId: 'g', iteration: 1, members: [0, 1, 2] });
  });

  test.each([
    ['rejected', (scene: Scene) => scene.reject('b', 'u')],
    ['failed', (scene: Scene) => scene.override('b', 'force-fail')],
    ['was cancelled', (scene: Scene) => scene.cancelStep('b')],
    ['completed without approving', (scene: Scene) => scene.override('b', 'force-complete', { output: {} })],
  ])('reject and always fire when a member %s, also with quorum', (_how, end) => {
    const scene = begin(panel('waitAll', edges, { quorum: 1 }));
    scene.decide('a', 'u');
    end(scene);
    scene.decide('c', 'u');
    expect(started(scene)).toEqual(['group_g__to__no', 'group_g__to__ever']);
    expect(scene.run.status).toBe('running');
  });

  test('reject and always fire, exactly one branch, when every member was cancelled; without them nothing is unhandled', () => {
    const cancelAll = (scene: Scene) => {
      for (const nodeId of ['a', 'b', 'c']) scene.cancelStep(nodeId);
      return scene;
    };
    expect(started(cancelAll(begin(panel('waitAll', edges))))).toEqual(['group_g__to__no', 'group_g__to__ever']);
    const alone = cancelAll(begin(panel('waitAll', [edge(g, 'yes', { on: 'approve' })])));
    expect([started(alone), alone.run.failureReason]).toEqual([[], null]);
  });

  test('the default edge is as approve: without it, a group that is not unanimous is unhandled', () => {
    const shape = panel('waitAll', [edge(g, 'yes')], { quorum: 1 });
    const approved = begin(shape);
    for (const nodeId of ['a', 'b', 'c']) approved.decide(nodeId, 'u');
    expect(started(approved)).toEqual(['group_g__to__yes']);
    const rejected = begin(shape);
    rejected.decide('a', 'u');
    rejected.decide('b', 'u');
    rejected.reject('c', 'u');
    expect(rejected.run.failureReason?.code).toBe('unhandled-rejection');
    expect(started(rejected)).toEqual([]);
  });

  describe('that none of them handles', () => {
    const failed = (facts: object = {}) => {
      const scene = Scene.of(panel('waitAll', [edge(g, 'yes')], { quorum: 1, requiredNodeIds: ['c'] }), facts);
      scene.succeed('gate');
      scene.decide('a', 'u');
      scene.decide('b', 'u');
      scene.override('c', 'force-complete', { output: {} });
      return [scene.run.failureReason?.message, scene.step('c').stepId];
    };

    test('fail it with what they ask for, not with a quorum that decides nothing there', () => {
      const [message, stepId] = failed();
      expect(message).toBe(
        `Group "g" ended with 2 approvals, and its edges ask for 3 and no member that does otherwise: step "c" (${stepId}) completed without approving.`,
      );
    });

    test('an execution from before it was said so is announced again as it was', () => {
      expect(failed({ saysWhatEdgesAsk: undefined })[0]).toMatch(/2 approvals, and its quorum is 1: .*; required and/);
    });
  });

  test('a member beyond expectedSteps that did not start does not matter, one that started does', () => {
    const shape: Shape = {
      nodes: [human('a', ['u']), agent('gate'), human('b', ['u']), human('yes', ['u']), human('no', ['u'])],
      edges: [
        edge('gate', 'b', { when: 'output.open == true' }),
        edge(g, 'yes', { on: 'approve' }),
        edge(g, 'no', { on: 'reject' }),
      ],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 1, quorum: 1 }],
    };
    const alone = Scene.of(shape);
    alone.succeed('gate', { open: false });
    alone.decide('a', 'u');
    expect(alone.ids().at(-1)).toBe('group_g__to__yes');
    const both = Scene.of(shape);
    both.succeed('gate', { open: true });
    both.decide('a', 'u');
    expect(both.steps('yes')).toEqual([]);
    both.reject('b', 'u');
    expect(both.ids().at(-1)).toBe('group_g__to__no');
  });

  test("its successor's input holds the outputs of the members that completed, by node", () => {
    const scene = Scene.of({
      nodes: [agent('a'), agent('b'), agent('c'), agent('ever')],
      edges: [edge(g, 'ever', { on: 'always' })],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3, quorum: 2 }],
    });
    scene.succeed('c', { decision: 'approve', n: 3 });
    scene.succeed('a', { n: 1 });
    scene.fail('b');
    expect(scene.asked('ever').input).toEqual({
      groupOutputs: {
        c: { decision: 'approve', n: 3, agentId: 'c-agent', generatedAt: 1_001 },
        a: { n: 1, agentId: 'a-agent', generatedAt: 1_002 },
      },
      groupId: 'g',
      quorum: 2,
      totalApproved: 1,
    });
  });
});

describe.each(['cancelOnQuorum', 'joinOnQuorum'])("a %s group's own edges", (policy) => {
  test('approve, or the default, fires on quorum; always when the group is done', () => {
    for (const on of [{ on: 'approve' }, {}]) {
      const scene = Scene.of({
        nodes: [human('a', ['u']), human('b', ['u']), agent('c'), human('yes', ['u']), human('ever', ['u'])],
        edges: [edge(g, 'ever', { on: 'always' }), edge(g, 'yes', on)],
        groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps: 3, quorum: 1, onQuorumMet: policy }],
      });
      scene.decide('a', 'u');
      expect(scene.ids().slice(3)).toEqual(['group_g__to__yes']);
      expect(scene.status('b')).toBe('cancelled');
      scene.fail('c');
      expect(scene.ids().slice(3)).toEqual(['group_g__to__yes', 'group_g__to__ever']);
    }
  });

  test('always alone handles a group that is done without quorum', () => {
    const scene = begin(panel(policy, [edge(g, 'ever', { on: 'always' })]));
    scene.reject('a', 'u');
    scene.reject('b', 'u');
    scene.decide('c', 'u');
    expect(started(scene)).toEqual(['group_g__to__ever']);
    expect(scene.run.status).toBe('running');
  });
});

test('a target that members and the group lead to is started once, at the place of its first edge', () => {
  const scene = begin(
    panel('joinOnQuorum', [
      edge(g, 'ever', { on: 'approve' }),
      ...['a', 'b', 'c'].flatMap((from) => [edge(from, 'yes'), edge(from, 'ever')]),
    ]),
  );
  scene.decide('a', 'u');
  scene.decide('b', 'u');
  expect(started(scene)).toEqual(['group_g__to__ever', 'group_g__to__yes']);
});

describe('an edge to a group', () => {
  test('starts every member, in the order of the group', () => {
    const scene = Scene.of({
      nodes: [agent('start'), human('b', ['u']), human('a', ['u'])],
      edges: [edge('start', g)],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2 }],
    });
    scene.succeed('start');
    expect(scene.ids().slice(1)).toEqual(['step_start_1000_abcdefgh__to__a', 'step_start_1000_abcdefgh__to__b']);
  });

  test('with a condition starts all of them or none', () => {
    const shape: Shape = {
      nodes: [agent('start'), human('a', ['u']), human('b', ['u'])],
      edges: [edge('start', g, { when: 'output.go == true' })],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2 }],
    };
    for (const [go, count] of [
      [true, 3],
      [false, 1],
    ] as const) {
      const scene = Scene.of(shape);
      scene.succeed('start', { go });
      expect(scene.run.steps).toHaveLength(count);
      expect(scene.run.status).toBe(go ? 'running' : 'completed');
    }
  });
});

describe('groups that are judged when nothing is open any more', () => {
  const gated = (onQuorumMet: string, edges: object[] = []): Shape => ({
    nodes: [human('a', ['u']), agent('gate'), human('b', ['u']), human('ever', ['u'])],
    edges: [
      edge('gate', 'b', { when: 'output.open == true' }),
      edge('gate', 'ever', { when: 'output.open == true' }),
      ...edges,
    ],
    groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet }],
  });
  const idle = (shape: Shape, end: (scene: Scene) => void) => {
    const scene = Scene.of(shape);
    scene.succeed('gate');
    end(scene);
    return scene;
  };

  test.each(['waitAll', 'cancelOnQuorum', 'joinOnQuorum'])('%s: with quorum the execution completes', (policy) => {
    const scene = idle(gated(policy), (it) => it.decide('a', 'u'));
    expect(scene.types().slice(-2)).toEqual(['parallel-group.completed', 'execution.completed']);
    expect(scene.data('parallel-group.completed')).toMatchObject([{ completedTotal: 1, expectedSteps: 2 }]);
  });

  test.each(['waitAll', 'cancelOnQuorum', 'joinOnQuorum'])('%s: without quorum it fails', (policy) => {
    const scene = idle(gated(policy), (it) => it.reject('a', 'u'));
    expect(scene.run.failureReason).toMatchObject({
      code: 'unhandled-rejection',
      message: expect.stringContaining('; 1 of its members never ended.'),
    });
  });

  test('a member that never started did not fire an edge of its own, so those of the others are not enough', () => {
    const scene = idle(gated('waitAll', [edge('a', 'ever', { on: 'reject' })]), (it) => it.reject('a', 'u'));
    expect(scene.status('ever')).toBe('waiting');
    scene.decide('ever', 'u');
    expect(scene.run.failureReason?.code).toBe('unhandled-rejection');
  });

  test("the group's own edges start what they lead to, and the execution goes on", () => {
    const scene = idle(gated('waitAll', [edge(g, 'ever', { on: 'reject' })]), (it) => it.decide('a', 'u'));
    expect(scene.ids().at(-1)).toBe('group_g__to__ever');
    scene.decide('ever', 'u');
    expect(scene.run.status).toBe('completed');
  });
});

test('of two things that are unhandled in one input the first is the failure, and the rest is told all the same', () => {
  const scene = Scene.of({
    nodes: [human('a', ['u']), human('b', ['u']), human('open', ['u'])],
    groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2, onQuorumMet: 'waitAll' }],
  });
  scene.reject('a', 'u', 'no');
  const before = scene.events.length;
  scene.reject('b', 'u');
  expect(scene.types().slice(before)).toEqual([
    'step.response-recorded b',
    'step.resumed b',
    'step.completed b',
    'parallel-group.completed',
    'step.cancelled open',
    'execution.failed',
  ]);
  expect(scene.data('step.cancelled')).toEqual([{ actorId: 'system:execution-failed', reason: 'execution-failed' }]);
  expect(scene.view()).toMatchObject({ status: 'failed', completedAt: 1_002, cancelledAt: null });
});

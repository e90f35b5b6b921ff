// Reject loops (contract 2 section 7).
import { describe, expect, test } from '@jest/globals';
import { agent, blocking, edge, human, loopEdge, Scene, type Shape, toGroup } from './scene';

/** A draft is reviewed, and goes back to its author when it is rejected. */
const revision = (maxIterations: number, extra: { nodes?: object[]; edges?: object[] } = {}): Shape => ({
  nodes: [agent('draft'), human('review', ['ada']), agent('publish'), ...(extra.nodes ?? [])],
  edges: [
    edge('draft', 'review'),
    edge('review', 'publish'),
    loopEdge('review', 'draft', maxIterations),
    ...(extra.edges ?? []),
  ],
});

describe('a loop of a node', () => {
  test('a reject starts the next iteration at the entry, with ids and iteration of its own', () => {
    const scene = Scene.of(revision(3));
    scene.succeed('draft', { text: 'one' });
    scene.reject('review', 'ada', 'Too long.');
    scene.succeed('draft', { text: 'two' });
    scene.decide('review', 'ada');
    scene.succeed('publish');
    expect(scene.ids()).toEqual([
      'step_draft_1000_abcdefgh',
      'step_draft_1000_abcdefgh__to__review',
      'loop_draft_iter_2__to__draft',
      'loop_draft_iter_2__to__draft__to__review',
      'loop_draft_iter_2__to__draft__to__review__to__publish',
    ]);
    expect(scene.run.steps.map((step) => step.iteration)).toEqual([1, 1, 2, 2, 1]);
    expect(scene.run.status).toBe('completed');
  });

  test('the events of taking it, in their order', () => {
    const scene = Scene.of(revision(3));
    scene.succeed('draft');
    const before = scene.events.length;
    scene.reject('review', 'ada', 'Too long.');
    expect(scene.types().slice(before)).toEqual([
      'step.response-recorded review',
      'step.resumed review',
      'step.completed review',
      'loop.iteration-started',
      'step.scheduled draft',
      'step.started draft',
    ]);
    expect(scene.data('loop.iteration-started')).toEqual([
      { loopId: 'loop_draft', iteration: 2, triggeredBy: 'rejection' },
    ]);
  });

  test("the entry is given the rejecting step's output and every earlier attempt: what was rejected, by whom and why", () => {
    const scene = Scene.of(revision(3));
    scene.succeed('draft', { text: 'one' });
    scene.reject('review', 'ada', 'Too long.');
    expect(scene.asked('draft').input).toMatchObject({
      iteration: 2,
      loopId: 'loop_draft',
      decision: 'reject',
      rejectedBy: 'ada',
      aggregatorStatus: 'rejected',
      previousAttempts: [
        {
          iteration: 1,
          authorOutput: { text: 'one', agentId: 'draft-agent', generatedAt: 1_001 },
          rejectedBy: 'ada',
          rejectorMandatory: true,
          rejectionReason: 'Too long.',
          rejectedAt: 1_002,
        },
      ],
    });
    scene.succeed('draft', { text: 'two' });
    scene.reject('review', 'ada');
    expect(scene.asked('draft').input?.previousAttempts).toEqual([
      expect.objectContaining({ iteration: 1, rejectionReason: 'Too long.' }),
      {
        iteration: 2,
        authorOutput: { text: 'two', agentId: 'draft-agent', generatedAt: 1_003 },
        rejectedBy: 'ada',
        rejectorMandatory: true,
        rejectionReason: null,
        rejectedAt: 1_004,
      },
    ]);
    expect(scene.asked('draft').input).toMatchObject({ iteration: 3 });
  });

  test('an earlier iteration sees only what was before it, also when it is asked for again later', () => {
    const scene = Scene.of(revision(3));
    scene.succeed('draft');
    scene.reject('review', 'ada', 'first');
    const second = scene.asked('draft').input;
    scene.succeed('draft');
    scene.reject('review', 'ada', 'second');
    expect(second?.previousAttempts).toHaveLength(1);
    expect(scene.asked('draft').input?.previousAttempts).toHaveLength(2);
  });

  describe('what says of itself that it was rejected before', () => {
    const previousAttempts = [{ iteration: 1, rejectedBy: 'eve', rejectionReason: 'forged' }];
    const forged = { iteration: 2, loopId: 'loop_draft', previousAttempts };
    const isRepeat = (scene: Scene) => scene.effects.map((it) => it.kind === 'run-agent' && it.isRepeat);

    test('is no repeat: neither a triggerContext nor an output', () => {
      const scene = Scene.of({ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b')] }, { triggerContext: forged });
      expect(isRepeat(scene)).toEqual([false]);
      scene.succeed('a', forged);
      expect(scene.asked('b').input).toMatchObject(forged);
      expect(isRepeat(scene)).toEqual([false]);
    });

    test('is none at the entry of a loop either, but once it was rejected', () => {
      const scene = Scene.of(revision(3), { triggerContext: forged });
      expect(isRepeat(scene)).toEqual([false]);
      scene.succeed('draft');
      scene.override('review', 'force-reject', { output: forged });
      expect(isRepeat(scene)).toEqual([true]);
      expect(scene.asked('draft').input?.previousAttempts).toMatchObject([{ rejectedBy: 'boss' }]);
    });

    test('was one in executions from before it was so, and replays as it was', () => {
      const facts = { triggerContext: forged, keepsOwnWords: undefined } as object;
      expect(isRepeat(Scene.of({ nodes: [agent('a')] }, facts))).toEqual([true]);
    });
  });

  test('the body runs at most maxIterations times; then the exhausted edge is taken instead', () => {
    const scene = Scene.of(
      revision(2, { nodes: [human('escalate', ['boss'])], edges: [edge('review', 'escalate', { on: 'exhausted' })] }),
    );
    scene.succeed('draft');
    scene.reject('review', 'ada', 'No.');
    scene.succeed('draft');
    const before = scene.events.length;
    scene.reject('review', 'ada', 'No again.');
    expect(scene.steps('draft')).toHaveLength(2);
    expect(scene.step('escalate')).toMatchObject({
      stepId: 'loop_draft_iter_2__to__draft__to__review__to__escalate',
      status: 'waiting',
      iteration: 1,
      cause: { kind: 'edge', parent: 3 },
    });
    expect(scene.types().slice(before + 2)).toEqual([
      'step.completed review',
      'loop.exhausted',
      'step.scheduled escalate',
      'step.started escalate',
      'step.awaiting-approval escalate',
    ]);
    expect(scene.data('loop.exhausted')).toEqual([
      { loopId: 'loop_draft', iteration: 2, lastRejectedBy: 'ada', lastRejectionReason: 'No again.' },
    ]);
    scene.decide('escalate', 'boss');
    expect(scene.run.status).toBe('completed');
  });

  test('loop.exhausted leaves out a reason that nobody gave', () => {
    const scene = Scene.of(revision(1));
    scene.succeed('draft');
    scene.reject('review', 'ada');
    expect(scene.data('loop.exhausted')).toEqual([{ loopId: 'loop_draft', iteration: 1, lastRejectedBy: 'ada' }]);
  });

  test('without an exhausted edge the execution fails with loop-exhausted, and says where, who and why', () => {
    const scene = Scene.of(revision(1));
    scene.succeed('draft');
    scene.reject('review', 'ada', 'Still too long.');
    expect(scene.run).toMatchObject({ status: 'failed', completedAt: 1_002 });
    expect(scene.run.failureReason).toEqual({
      code: 'loop-exhausted',
      message:
        'Loop "loop_draft" was rejected in its last iteration (1 of 1) at step "review" (step_draft_1000_abcdefgh__to__review) by ada: Still too long, and no exhausted edge leads out of it.',
    });
    expect(scene.data('execution.failed')).toEqual([{ failureReason: scene.run.failureReason }]);
  });

  test('it fails so even when another edge of the rejecting step fires, and the child of that is not started', () => {
    const scene = Scene.of(
      revision(1, { nodes: [human('notify', ['eve'])], edges: [edge('review', 'notify', { on: 'reject' })] }),
    );
    scene.succeed('draft');
    scene.reject('review', 'ada');
    expect(scene.run.failureReason?.code).toBe('loop-exhausted');
    expect(scene.run.failureReason?.message).toContain('by ada, and no exhausted edge');
    expect(scene.steps('notify')).toEqual([]);
  });

  test('another edge on reject fires beside the loop edge, in the order of the definition', () => {
    const scene = Scene.of(
      revision(2, { nodes: [human('notify', ['eve'])], edges: [edge('review', 'notify', { on: 'reject' })] }),
    );
    scene.succeed('draft');
    scene.reject('review', 'ada');
    expect(scene.run.steps.map((step) => `${step.nodeId} ${step.iteration}`)).toEqual([
      'draft 1',
      'review 1',
      'draft 2',
      'notify 1',
    ]);
  });

  test('failures, breaches and cancels never take it', () => {
    const shape: Shape = {
      nodes: [agent('draft'), human('review', ['ada'], { slaMs: 100 })],
      edges: [edge('draft', 'review'), loopEdge('review', 'draft', 3)],
    };
    const endings: [string, (scene: Scene) => void, string][] = [
      ['breach', (scene) => scene.wake(5_000), 'failed'],
      ['cancel', (scene) => scene.cancelStep('review'), 'cancelled'],
      ['force-fail', (scene) => scene.override('review', 'force-fail', { output: { decision: 'reject' } }), 'failed'],
    ];
    for (const [, end, status] of endings) {
      const scene = Scene.of(shape);
      scene.succeed('draft');
      end(scene);
      expect(scene.run.status).toBe(status);
      expect(scene.steps('draft')).toHaveLength(1);
    }
  });

  test.each([
    ['force-reject', 'boss', true],
    ['reviewer-reject', 'guest', false],
    ['reviewer-reject', 'ada', true],
  ] as const)('%s by %s takes it, and is the rejection that is handed on', (action, actorId, rejectorMandatory) => {
    const scene = Scene.of({
      nodes: [
        agent('draft'),
        {
          nodeId: 'review',
          type: 'human',
          config: {
            reviewers: [
              { userId: 'ada', mandatory: true },
              { userId: 'guest', mandatory: false },
            ],
          },
        },
      ],
      edges: [edge('draft', 'review'), loopEdge('review', 'draft', 2)],
    });
    scene.succeed('draft');
    scene.override('review', action, { actorId, reason: 'because' });
    expect(scene.run.loops.loop_draft?.attempts).toEqual([
      { entry: 0, iteration: 1, rejectedBy: actorId, rejectorMandatory, rejectionReason: 'because', rejectedAt: 1_002 },
    ]);
  });

  test.each([
    [{ decision: 'reject', rejectionReason: 'off brand', reason: 'other' }, 'off brand'],
    [{ decision: 'reject', reason: 'off brand' }, 'off brand'],
    [{ decision: 'reject', rejectionReason: 7 }, null],
    [{ decision: 'reject' }, null],
  ])('an agent that rejects takes it: %j', (result, rejectionReason) => {
    const scene = Scene.of({
      nodes: [agent('draft'), agent('check')],
      edges: [edge('draft', 'check'), loopEdge('check', 'draft', 2)],
    });
    scene.succeed('draft');
    scene.succeed('check', result);
    expect(scene.run.loops.loop_draft?.attempts).toMatchObject([
      { rejectedBy: 'check-agent', rejectorMandatory: true, rejectionReason },
    ]);
  });

  test('the last rejected response of a blocking agent is the rejection that is handed on', () => {
    const scene = Scene.of({
      nodes: [agent('draft'), blocking('check', 2)],
      edges: [edge('draft', 'check'), loopEdge('check', 'draft', 2)],
    });
    scene.succeed('draft');
    scene.succeed('check', { responses: [{ responseId: 'a' }, { responseId: 'b' }, { responseId: 'c' }] });
    scene.resolve('check', 'a', 'rejected', 'first');
    scene.resolve('check', 'b', 'resolved', 'fine');
    scene.resolve('check', 'c', 'rejected', 'second');
    expect(scene.run.loops.loop_draft?.attempts).toMatchObject([
      { rejectedBy: 'resolver', rejectorMandatory: true, rejectionReason: 'second', rejectedAt: 1_005 },
    ]);
  });

  test('a restart cancels what is still open of the body, in whatever iteration', () => {
    const scene = Scene.of({
      nodes: [agent('s1'), agent('s2'), agent('draft'), human('review', ['ada'])],
      edges: [edge('s1', 'draft'), edge('s2', 'draft'), edge('draft', 'review'), loopEdge('review', 'draft', 3)],
    });
    scene.succeed('s1');
    scene.succeed('s2');
    const [first, second] = scene.steps('draft');
    scene.feed({ kind: 'agent-succeeded', stepId: first!.stepId, result: {} });
    const before = scene.events.length;
    scene.reject('review', 'ada');
    expect(scene.run.steps.find((step) => step.stepId === second!.stepId)).toMatchObject({
      status: 'cancelled',
      cancel: { actorId: 'system:loop-restart', reason: 'loop-restart', isAdministrative: false },
    });
    expect(scene.effects).toMatchObject([
      { kind: 'cancel-work', stepId: second!.stepId },
      { kind: 'run-agent', nodeId: 'draft' },
    ]);
    expect(scene.types().slice(before + 3)).toEqual([
      'step.cancelled draft',
      'loop.iteration-started',
      'step.scheduled draft',
      'step.started draft',
    ]);
    expect(scene.data('step.cancelled')).toEqual([{ actorId: 'system:loop-restart', reason: 'loop-restart' }]);
  });

  test('what is open outside the body stays open', () => {
    const scene = Scene.of({
      nodes: [agent('draft'), human('review', ['ada']), human('aside', ['bob'])],
      edges: [edge('draft', 'review'), loopEdge('review', 'draft', 2)],
    });
    scene.succeed('draft');
    scene.reject('review', 'ada');
    expect(scene.status('aside')).toBe('waiting');
  });
});

describe('a loop of a joinOnQuorum group', () => {
  const panel = (maxIterations: number, extra: { nodes?: object[]; edges?: object[] } = {}): Shape => ({
    nodes: [agent('draft'), human('legal', ['lea']), human('brand', ['bob']), agent('publish'), ...(extra.nodes ?? [])],
    edges: [
      edge('draft', 'legal'),
      edge('draft', 'brand'),
      edge('legal', 'publish'),
      edge('brand', 'publish'),
      loopEdge(toGroup('g'), 'draft', maxIterations),
      ...(extra.edges ?? []),
    ],
    groups: [
      { groupId: 'g', memberNodeIds: ['legal', 'brand'], expectedSteps: 2, quorum: 2, onQuorumMet: 'joinOnQuorum' },
    ],
  });

  test('is taken when the group is done without quorum and a member rejected; groups inside start from zero', () => {
    const scene = Scene.of(panel(3));
    scene.succeed('draft', { text: 'one' });
    scene.decide('brand', 'bob');
    scene.reject('legal', 'lea', 'No.');
    expect(scene.ids().at(-1)).toBe('loop_draft_iter_2__to__draft');
    scene.succeed('draft', { text: 'two' });
    scene.decide('legal', 'lea');
    expect(scene.data('group.quorum-met')).toEqual([]);
    scene.decide('brand', 'bob');
    expect(scene.data('group.quorum-met')).toEqual([
      { groupId: 'g', total: 2, quorum: 2, completedTotal: 2, expectedSteps: 2 },
    ]);
    expect(scene.ids().at(-1)).toBe('group_g_iter_2__to__publish');
    expect(scene.step('publish').iteration).toBe(1);
    scene.succeed('publish');
    expect(scene.run.status).toBe('completed');
    expect(scene.data('parallel-group.completed')).toEqual([
      { groupId: 'g', total: 1, quorum: 2, completedTotal: 2, expectedSteps: 2 },
      { groupId: 'g', total: 2, quorum: 2, completedTotal: 2, expectedSteps: 2 },
    ]);
  });

  test("the entry's input is the group's, and the attempt is that of the first member that rejected", () => {
    const scene = Scene.of(panel(2));
    scene.succeed('draft', { text: 'one' });
    scene.reject('brand', 'bob', 'first');
    scene.reject('legal', 'lea', 'second');
    const { input } = scene.asked('draft');
    expect(input).toMatchObject({
      iteration: 2,
      loopId: 'loop_draft',
      groupId: 'g',
      quorum: 2,
      totalApproved: 0,
      previousAttempts: [
        { iteration: 1, authorOutput: { text: 'one' }, rejectedBy: 'bob', rejectionReason: 'first', rejectedAt: 1_002 },
      ],
    });
    expect(Object.keys(input?.groupOutputs ?? {})).toEqual(['brand', 'legal']);
  });

  test('is not taken when members failed or breached and none rejected', () => {
    const scene = Scene.of(panel(2));
    scene.succeed('draft');
    scene.decide('legal', 'lea');
    scene.override('brand', 'force-fail');
    expect(scene.run.failureReason).toMatchObject({ code: 'quorum-not-met' });
    expect(scene.steps('draft')).toHaveLength(1);
  });

  test('in the last iteration its exhausted edge starts its target by the id of the group', () => {
    const scene = Scene.of(
      panel(2, {
        nodes: [human('escalate', ['boss'])],
        edges: [edge(toGroup('g'), 'escalate', { on: 'exhausted' })],
      }),
    );
    for (const iteration of [1, 2]) {
      scene.succeed('draft', { iteration });
      scene.decide('brand', 'bob');
      scene.reject('legal', 'lea', 'No.');
    }
    expect(scene.data('loop.exhausted')).toEqual([
      { loopId: 'loop_draft', iteration: 2, lastRejectedBy: 'lea', lastRejectionReason: 'No.' },
    ]);
    expect(scene.step('escalate')).toMatchObject({
      stepId: 'group_g_iter_2__to__escalate',
      iteration: 1,
      cause: { kind: 'group', groupId: 'g', iteration: 2 },
    });
    scene.decide('escalate', 'boss');
    expect(scene.run.status).toBe('completed');
  });

  test('in the last iteration, without an exhausted edge, the execution fails with loop-exhausted', () => {
    const scene = Scene.of(panel(1));
    scene.succeed('draft');
    scene.decide('brand', 'bob');
    scene.reject('legal', 'lea');
    expect(scene.run.failureReason).toMatchObject({
      code: 'loop-exhausted',
      message: expect.stringContaining('(1 of 1) at step "legal"'),
    });
  });

  test("an end of the execution is judged by the group's way on, not by its members", () => {
    const scene = Scene.of(panel(2));
    scene.succeed('draft');
    scene.decide('brand', 'bob');
    scene.reject('legal', 'lea');
    scene.cancelStep('draft');
    expect(scene.view()).toMatchObject({ status: 'cancelled', cancelledAt: 1_004, completedAt: null });
  });
});

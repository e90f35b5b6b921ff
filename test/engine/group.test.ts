import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, Scene } from './scene';

const trio = (policy: string, { quorum = 2, expectedSteps = 3, extraEdges = [] as object[], join = true } = {}) => ({
  nodes: [
    agent('start'),
    human('a', ['u_a']),
    human('b', ['u_b']),
    human('c', ['u_c']),
    human('next', ['u_n']),
    human('fix', ['u_f']),
  ],
  edges: [
    edge('start', 'a'),
    edge('start', 'b'),
    edge('start', 'c'),
    ...(join ? [edge('a', 'next'), edge('b', 'next'), edge('c', 'next')] : []),
    ...extraEdges,
    // "fix" must be reachable even where no group member leads to it.
    edge('start', 'fix', { when: 'output.never == true' }),
  ],
  groups: [{ groupId: 'g', memberNodeIds: ['a', 'b', 'c'], expectedSteps, quorum, onQuorumMet: policy }],
});
const begin = (shape: object) => {
  const scene = Scene.of(shape as Parameters<typeof Scene.of>[0]);
  scene.succeed('start');
  return scene;
};
const nexts = (scene: Scene) => scene.run.steps.filter((step) => step.nodeId === 'next').map((step) => step.stepId);

describe('joinOnQuorum', () => {
  test('starts the shared successor exactly once on quorum, and cancels who still waits', () => {
    const scene = begin(trio('joinOnQuorum'));
    scene.decide('a', 'u_a');
    expect(nexts(scene)).toEqual([]);
    scene.decide('b', 'u_b');
    expect(nexts(scene)).toEqual(['group_g__to__next']);
    expect(scene.status('c')).toBe('cancelled');
    expect(scene.events.find((event) => event.type === 'step.cancelled')?.data).toEqual({
      actorId: 'system:group-quorum',
      reason: 'group-quorum-met',
    });
    expect(scene.events.filter((event) => event.type === 'group.quorum-met')).toHaveLength(1);
    expect(scene.decide('c', 'u_c')).toMatchObject({ rejectionReason: 'already-terminal' });
  });

  test('a reject counts towards completion only: quorum can still be met by the others', () => {
    const scene = begin(trio('joinOnQuorum'));
    scene.decide('a', 'u_a', 'reject');
    expect(scene.run.status).toBe('running');
    scene.decide('b', 'u_b');
    scene.decide('c', 'u_c');
    expect(nexts(scene)).toEqual(['group_g__to__next']);
  });

  test('done without quorum fails the execution, with who rejected and why', () => {
    const scene = begin(trio('joinOnQuorum'));
    scene.decide('a', 'u_a', 'reject', 'Off brand.');
    scene.decide('b', 'u_b');
    scene.decide('c', 'u_c', 'reject');
    expect(scene.run).toMatchObject({
      status: 'failed',
      failureReason: {
        code: 'unhandled-rejection',
        message: expect.stringMatching(
          /Group "g" ended with 1 approvals, and its quorum is 2: step "a" .* rejected by u_a: Off brand; step "c"/,
        ),
      },
    });
    expect(nexts(scene)).toEqual([]);
  });

  test('done without quorum and without a reject is quorum-not-met', () => {
    const scene = Scene.of({
      nodes: [agent('a'), agent('b'), human('next', ['u'])],
      edges: [edge('a', 'next'), edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'joinOnQuorum' }],
    });
    scene.fail('a');
    expect(scene.run.status).toBe('running');
    scene.succeed('b', { noDecision: true });
    expect(scene.run.failureReason).toMatchObject({ code: 'quorum-not-met' });
  });

  test('a member that becomes due after quorum is created cancelled', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u_a']), agent('slow'), human('b', ['u_b']), human('next', ['u_n'])],
      edges: [edge('slow', 'b'), edge('a', 'next'), edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'joinOnQuorum' }],
    });
    scene.decide('a', 'u_a');
    scene.succeed('slow');
    expect(scene.step('b')).toMatchObject({ status: 'cancelled', startedAt: null });
    scene.decide('next', 'u_n');
    expect(scene.run.status).toBe('completed');
  });

  test('a member agent that is running at quorum finishes, and its outcome changes nothing', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u_a']), agent('b'), human('next', ['u_n'])],
      edges: [edge('a', 'next'), edge('b', 'next')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'joinOnQuorum' }],
    });
    scene.decide('a', 'u_a');
    expect(scene.status('b')).toBe('running');
    scene.decide('next', 'u_n');
    expect(scene.run.status).toBe('running');
    scene.fail('b');
    expect(scene.run.status).toBe('completed');
    expect(nexts(scene)).toHaveLength(1);
  });

  test('only edges of members that approved are evaluated', () => {
    const shape = {
      nodes: [human('a', ['u_a']), human('b', ['u_b']), human('next', ['u_n']), human('other', ['u_o'])],
      edges: [
        edge('a', 'next', { when: 'output.approveCount == 1' }),
        edge('b', 'next', { when: 'output.approveCount == 99' }),
        edge('a', 'other', { when: 'output.approveCount == 99' }),
        edge('b', 'other', { when: 'output.rejectCount == 1' }),
      ],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet: 'joinOnQuorum' }],
    };
    const scene = Scene.of(shape);
    scene.decide('b', 'u_b', 'reject');
    scene.decide('a', 'u_a');
    expect(scene.run.steps.map((step) => step.stepId).slice(2)).toEqual(['group_g__to__next']);
  });
});

describe('waitAll', () => {
  test("members' own edges fire as each completes, and nobody is cancelled", () => {
    const scene = begin(trio('waitAll', { quorum: 1 }));
    scene.decide('a', 'u_a');
    expect(nexts(scene)).toHaveLength(1);
    expect(scene.status('b')).toBe('waiting');
    scene.decide('b', 'u_b');
    expect(nexts(scene)).toHaveLength(2);
  });

  test('a member that did not approve is not judged alone, only with its group', () => {
    const scene = begin(trio('waitAll'));
    scene.decide('a', 'u_a', 'reject');
    expect(scene.run.status).toBe('running');
    scene.decide('b', 'u_b', 'approve');
    scene.decide('c', 'u_c', 'approve');
    expect(scene.run.status).toBe('running');
    expect(scene.events.filter((event) => event.type === 'parallel-group.completed')).toHaveLength(1);
  });

  test('without quorum it is handled when every member that did not approve fired an edge of its own', () => {
    const handled = begin(trio('waitAll', { quorum: 3, extraEdges: [edge('a', 'fix', { on: 'reject' })] }));
    handled.decide('a', 'u_a', 'reject');
    handled.decide('b', 'u_b');
    handled.decide('c', 'u_c');
    expect(handled.run.status).toBe('running');
    const unhandled = begin(trio('waitAll', { quorum: 3, extraEdges: [edge('a', 'fix', { on: 'reject' })] }));
    unhandled.decide('b', 'u_b', 'reject');
    unhandled.decide('a', 'u_a', 'reject');
    unhandled.decide('c', 'u_c');
    expect(unhandled.run.failureReason).toMatchObject({ code: 'unhandled-rejection' });
  });

  describe('whose members fail together, as they start', () => {
    const begun = (facts: object = {}) =>
      Scene.of(
        {
          nodes: [
            agent('a', { urlPath: 'asset.url' }),
            agent('b', { urlPath: 'asset.url' }),
            agent('after-a'),
            agent('after-b'),
          ],
          edges: [edge('a', 'after-a', { on: 'always' }), edge('b', 'after-b', { when: 'step.status == "failed"' })],
          groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1 }],
        },
        facts,
      );

    test('is handled when each of them fired an edge of its own', () => {
      const scene = begun();
      expect(scene.run.status).toBe('running');
      expect([scene.status('after-a'), scene.status('after-b')]).toEqual(['running', 'running']);
    });

    test('an execution from before the edges came first fails again as it did', () => {
      expect(begun({ judgesLast: undefined }).run.failureReason?.code).toBe('quorum-not-met');
    });
  });

  test('is done as soon as expectedSteps members have ended and none is open', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u_a']), agent('slow'), human('b', ['u_b'])],
      edges: [edge('slow', 'b')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 1, quorum: 1, onQuorumMet: 'waitAll' }],
    });
    scene.decide('a', 'u_a', 'reject');
    expect(scene.run.failureReason).toMatchObject({ code: 'unhandled-rejection' });
  });

  test('a group of which some members never start is judged when nothing is open any more', () => {
    const scene = Scene.of({
      nodes: [human('a', ['u_a']), agent('gate'), human('b', ['u_b'])],
      edges: [edge('gate', 'b', { when: 'output.open == true' })],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2, onQuorumMet: 'waitAll' }],
    });
    scene.succeed('gate');
    scene.decide('a', 'u_a');
    expect(scene.run.failureReason).toEqual({
      code: 'quorum-not-met',
      message: 'Group "g" ended with 1 approvals, and its quorum is 2: 1 of its members never ended.',
    });
  });

  describe('of which a member never starts, and that leads to a member of another group', () => {
    const staged = (groups: readonly string[] = ['first', 'second'], facts: object = {}) => {
      const all = [
        { groupId: 'first', memberNodeIds: ['legal', 'finance'], expectedSteps: 2, quorum: 1 },
        {
          groupId: 'second',
          memberNodeIds: ['security', 'ceo'],
          expectedSteps: 2,
          quorum: 2,
          onQuorumMet: 'joinOnQuorum',
        },
      ];
      const scene = Scene.of(
        {
          nodes: [
            human('legal', ['l']),
            agent('finance-check'),
            human('finance', ['f']),
            human('security', ['s']),
            human('ceo', ['c']),
            agent('publish'),
          ],
          edges: [
            edge('finance-check', 'finance', { when: 'output.amount > 1000' }),
            edge({ kind: 'group', groupId: 'first' }, 'ceo', { on: 'always' }),
            edge('security', 'publish'),
            edge('ceo', 'publish'),
          ],
          groups: all.toSorted((a, b) => groups.indexOf(a.groupId) - groups.indexOf(b.groupId)),
        },
        facts,
      );
      scene.succeed('finance-check', { amount: 5 });
      scene.decide('security', 's');
      scene.decide('legal', 'l');
      return scene;
    };

    test.each([[['first', 'second']], [['second', 'first']]])('goes on to that member: %j', (groups) => {
      const scene = staged(groups);
      expect([scene.run.status, scene.status('ceo')]).toEqual(['running', 'waiting']);
      scene.decide('ceo', 'c');
      expect(scene.status('publish')).toBe('running');
    });

    test('and when that rejects, the other group is judged', () => {
      const scene = staged();
      scene.reject('ceo', 'c', 'no');
      expect(scene.run.failureReason?.message).toMatch(/^Group "second" ended with 1 approvals/);
    });

    test('an execution from before one came after the other fails again as it did', () => {
      const { failureReason } = staged(['first', 'second'], { judgesLast: undefined }).run;
      expect(failureReason?.message).toMatch(/^Group "second" .*1 of its members never ended\.$/);
    });
  });

  test('a group of which no member ever started is not judged', () => {
    const scene = Scene.of({
      nodes: [agent('gate'), human('a', ['u_a']), human('b', ['u_b'])],
      edges: [edge('gate', 'a', { when: 'output.open == true' }), edge('gate', 'b', { when: 'output.open == true' })],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2, onQuorumMet: 'waitAll' }],
    });
    scene.succeed('gate');
    expect(scene.run.status).toBe('completed');
  });

  test("a node's first step to end speaks for it", () => {
    const scene = Scene.of({
      nodes: [agent('x'), agent('y'), human('a', ['u_a']), human('b', ['u_b'])],
      edges: [edge('x', 'a'), edge('y', 'a'), edge('x', 'b')],
      groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 2, onQuorumMet: 'waitAll' }],
    });
    scene.succeed('x');
    scene.succeed('y');
    const [first, second] = scene.run.steps.filter((step) => step.nodeId === 'a');
    const decide = (stepId: string, reviewerId: string, decision: 'approve' | 'reject') =>
      scene.feed({ kind: 'reviewer-decided', stepId, reviewerId, decision, reason: null });
    decide(second!.stepId, 'u_a', 'approve');
    decide(first!.stepId, 'u_a', 'reject');
    scene.decide('b', 'u_b');
    expect(scene.run.status).toBe('completed');
  });
});

// Overrides: a step is ended over its head (contract 1, steps/resolve).
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/definition/limits';
import { OVERRIDE_ACTIONS, type OverrideAction } from '../../src/engine/run';
import { agent, blocking, edge, human, Scene, type Shape } from './scene';

const panel = {
  nodeId: 'review',
  type: 'human',
  config: {
    reviewers: [
      { userId: 'ada', mandatory: true },
      { userId: 'bob', mandatory: true },
      { userId: 'guest', mandatory: false },
    ],
  },
};
const handled = {
  nodes: [panel, human('fix', ['u']), human('next', ['u'])],
  edges: [
    edge('review', 'next'),
    edge('review', 'fix', { when: 'output.decision == "reject" || step.status == "failed"' }),
  ],
};

describe('an override of a waiting human step', () => {
  test.each([
    ['force-approve', 'boss', 'approve', 'resolved'],
    ['force-reject', 'boss', 'reject', 'rejected'],
    ['reviewer-approve', 'bob', 'approve', 'resolved'],
    ['reviewer-reject', 'bob', 'reject', 'rejected'],
  ] as const)('%s ends it at once with its own decision', (action, actorId, decision, aggregatorStatus) => {
    const scene = Scene.of(handled);
    scene.decide('review', 'ada');
    const before = scene.events.length;
    expect(scene.override('review', action, { actorId, reason: 'in a hurry' })).toEqual({ kind: 'step-ended' });
    expect(scene.step('review')).toMatchObject({ status: 'completed', decision, completedAt: 1_002, error: null });
    expect(scene.types().slice(before, before + 2)).toEqual(['step.overridden review', 'step.completed review']);
    expect(scene.data('step.overridden')).toEqual([{ actorId, action, reason: 'in a hurry', decision }]);
    expect(scene.data('step.completed')).toEqual([{ nodeType: 'human', decision, aggregatorStatus }]);
    expect(scene.data('step.resumed')).toEqual([]);
    expect(scene.output('review')).toMatchObject({
      decision,
      approved: decision === 'approve',
      overriddenAt: 1_002,
      aggregatorStatus,
      approveCount: 1,
      rejectCount: 0,
      responses: [{ reviewerId: 'ada', decision: 'approve' }],
    });
    expect(scene.output('review')).not.toHaveProperty('resumedAt');
    expect(scene.newest(decision === 'approve' ? 'next' : 'fix').status).toBe('waiting');
    expect(scene.run.steps).toHaveLength(2);
  });

  test.each([
    ['force-reject', 'boss', true],
    ['reviewer-reject', 'ada', true],
    ['reviewer-reject', 'guest', false],
    ['force-reject', 'guest', true],
  ] as const)(
    '%s by %s says who rejected, and whether that person is mandatory',
    (action, actorId, rejectorMandatory) => {
      const scene = Scene.of(handled);
      scene.override('review', action, { actorId, reason: 'no' });
      expect(scene.output('review')).toMatchObject({ rejectedBy: actorId, rejectorMandatory, rejectionReason: 'no' });
    },
  );

  test('an approve says nothing of a rejection', () => {
    const scene = Scene.of(handled);
    scene.override('review', 'force-approve');
    for (const field of ['rejectedBy', 'rejectorMandatory', 'rejectionReason']) {
      expect(scene.output('review')).not.toHaveProperty(field);
    }
  });

  test("a caller's output is added, and cannot contradict what the engine sets", () => {
    const forged = {
      note: 'kept',
      decision: 'approve',
      approved: true,
      overriddenAt: 0,
      rejectedBy: 'someone else',
      rejectorMandatory: false,
      rejectionReason: 'forged',
      aggregatorStatus: 'resolved',
      responses: [],
    };
    const scene = Scene.of(handled);
    scene.decide('review', 'ada');
    scene.override('review', 'force-reject', { output: forged, reason: null });
    expect(scene.output('review')).toMatchObject({
      note: 'kept',
      decision: 'reject',
      approved: false,
      overriddenAt: 1_002,
      rejectedBy: 'boss',
      rejectorMandatory: true,
      rejectionReason: null,
      aggregatorStatus: 'rejected',
      responses: [{ reviewerId: 'ada' }],
    });
    const approved = Scene.of(handled);
    approved.override('review', 'force-approve', { output: { ...forged, decision: 'reject', approved: false } });
    expect(approved.output('review')).toMatchObject({ decision: 'approve', approved: true, overriddenAt: 1_001 });
    expect(approved.step('next').status).toBe('waiting');
  });

  describe('as an approval, with an output that speaks of a rejection', () => {
    const forged = { rejectedBy: 'eve', rejectorMandatory: true, rejectionReason: 'no', resumedAt: 1, responses: [] };
    const approved = (shape: Shape, facts: object = {}) => {
      const scene = Scene.of(shape, facts);
      const [{ nodeId }] = shape.nodes as [{ nodeId: string }];
      if (scene.step(nodeId).status === 'running') scene.succeed(nodeId);
      scene.override(nodeId, 'force-approve', { output: { ...forged, note: 'kept' } });
      return scene.output(nodeId);
    };

    test.each([
      ['human', { nodes: [panel] }],
      ['blocking agent', { nodes: [blocking('a')] }],
    ])('a %s step shows none of it: that is for the engine to say', (_type, shape) => {
      const output = approved(shape);
      expect(output).toMatchObject({ note: 'kept', decision: 'approve', approved: true });
      for (const field of ['rejectedBy', 'rejectorMandatory', 'rejectionReason', 'resumedAt']) {
        expect(output).not.toHaveProperty(field);
      }
      expect(JSON.stringify(output)).not.toContain('eve');
    });

    test('an execution from before it was so replays as it was', () => {
      expect(approved({ nodes: [panel] }, { keepsOwnWords: undefined })).toMatchObject({
        rejectedBy: 'eve',
        resumedAt: 1,
      });
    });
  });

  test("force-complete completes with the caller's output alone", () => {
    const scene = Scene.of(handled);
    scene.decide('review', 'ada');
    scene.override('review', 'force-complete', { output: { score: 1 } });
    expect(scene.output('review')).toEqual({ score: 1, overriddenAt: 1_002 });
    expect(scene.data('step.completed')).toEqual([{ nodeType: 'human' }]);
    expect(scene.data('step.overridden')).toEqual([
      { actorId: 'boss', action: 'force-complete', reason: null, decision: null },
    ]);
    expect(scene.step('review').decision).toBeNull();
    expect(scene.ids().at(-1)).toMatch(/__to__next$/);
  });

  test('without an output the step keeps what it had', () => {
    const scene = Scene.of(handled);
    scene.decide('review', 'ada');
    scene.override('review', 'force-complete');
    expect(scene.output('review')).toMatchObject({ overriddenAt: 1_002, approveCount: 1, aggregatorStatus: 'pending' });
  });

  test.each([
    [{ decision: 'reject' }, 'reject', 'fix'],
    [{ decision: 'approve' }, 'approve', 'next'],
    [{ decision: 'perhaps' }, null, 'next'],
  ])('a decision in the output of force-complete routes and counts: %j', (output, decision, next) => {
    const scene = Scene.of(handled);
    scene.override('review', 'force-complete', { output });
    expect(scene.step('review').decision).toBe(decision);
    expect(scene.data('step.overridden')).toMatchObject([{ decision }]);
    expect(scene.data('step.completed')).toEqual([{ nodeType: 'human', ...(decision === null ? {} : { decision }) }]);
    expect(scene.run.steps.map((step) => step.nodeId)).toEqual(['review', next]);
  });

  test("force-fail fails the step, keeps the caller's output for conditions, and decides nothing", () => {
    const scene = Scene.of({
      nodes: [panel, human('fix', ['u'])],
      edges: [edge('review', 'fix', { when: 'step.status == "failed" && output.decision == "reject"' })],
    });
    const before = scene.events.length;
    scene.override('review', 'force-fail', { output: { decision: 'reject' }, reason: 'broken' });
    expect(scene.step('review')).toMatchObject({
      status: 'failed',
      decision: null,
      error: { code: 'force-failed', message: 'boss ended the step as failed: broken.' },
    });
    expect(scene.output('review')).toEqual({ decision: 'reject', overriddenAt: 1_001 });
    expect(scene.types().slice(before, before + 2)).toEqual(['step.overridden review', 'step.failed review']);
    expect(scene.data('step.failed')).toEqual([
      { error: { code: 'force-failed', message: 'boss ended the step as failed: broken.' } },
    ]);
    expect(scene.status('fix')).toBe('waiting');
  });

  test('force-fail that no edge handles fails the execution', () => {
    const scene = Scene.of({ nodes: [panel] });
    scene.override('review', 'force-fail');
    expect(scene.run.failureReason).toEqual({
      code: 'step-failed',
      message: `Step "review" (${scene.step('review').stepId}) failed: force-failed: boss ended the step as failed, and no edge of it handles that.`,
    });
  });
});

describe('an override of an agent step', () => {
  test('a running agent can be completed or failed; it is told to stop, and what it says later is ignored', () => {
    for (const [action, status] of [
      ['force-complete', 'completed'],
      ['force-fail', 'failed'],
    ] as const) {
      const scene = Scene.of({ nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b', { on: 'always' })] });
      scene.override('a', action, { output: { by: 'hand' } });
      expect(scene.step('a')).toMatchObject({ status, output: null });
      expect(scene.output('a')).toEqual({ by: 'hand', overriddenAt: 1_001 });
      expect(scene.effects).toEqual([{ kind: 'cancel-work', stepId: scene.step('a').stepId }]);
      expect(scene.succeed('a')).toEqual({ kind: 'ignored-late' });
    }
  });

  test('force-complete of a running agent without an output leaves only the time of it', () => {
    const scene = Scene.of({ nodes: [agent('a')] });
    scene.override('a', 'force-complete');
    expect(scene.output('a')).toEqual({ overriddenAt: 1_001 });
    expect(scene.data('step.completed')).toEqual([{ nodeType: 'agent', agentId: 'a-agent' }]);
  });

  test('a waiting blocking agent takes the forced decisions, and nobody is told to stop', () => {
    for (const [action, decision, aggregatorStatus] of [
      ['force-approve', 'approve', 'resolved'],
      ['force-reject', 'reject', 'rejected'],
    ] as const) {
      const scene = Scene.of({ nodes: [blocking('a'), human('b', ['u'])], edges: [edge('a', 'b', { on: 'always' })] });
      scene.succeed('a', { text: 'x' });
      scene.override('a', action);
      expect(scene.effects).toEqual([]);
      expect(scene.data('step.completed')).toEqual([
        { nodeType: 'agent', decision, aggregatorStatus, agentId: 'a-agent' },
      ]);
      expect(scene.output('a')).toMatchObject({ text: 'x', decision, aggregatorStatus, pendingCount: 1 });
      expect(scene.output('a')).not.toHaveProperty('resumedAt');
    }
  });

  test('after force-complete of a blocking agent there is no aggregator status in the event', () => {
    const scene = Scene.of({ nodes: [blocking('a')] });
    scene.succeed('a');
    scene.override('a', 'force-complete', { output: { decision: 'approve' } });
    expect(scene.data('step.completed')).toEqual([{ nodeType: 'agent', decision: 'approve', agentId: 'a-agent' }]);
  });
});

describe('an override that is refused changes nothing', () => {
  const attempt = (
    scene: Scene,
    nodeId: string,
    action: OverrideAction,
    actorId = 'ada',
    output: object | null = null,
  ) => {
    const before = scene.run;
    const reply = scene.override(nodeId, action, { actorId, output: output as never });
    if (reply.kind === 'refused') expect(scene.run).toBe(before);
    return reply.kind === 'refused' ? reply.code : reply.kind;
  };

  test.each(OVERRIDE_ACTIONS)('%s of a step that has ended', (action) => {
    const scene = Scene.of({ nodes: [panel, human('other', ['u'])] });
    scene.override('review', 'force-complete');
    expect(attempt(scene, 'review', action)).toBe('step-in-wrong-status');
  });

  test.each([
    ['force-approve', 'step-in-wrong-status'],
    ['force-reject', 'step-in-wrong-status'],
    ['force-complete', 'step-ended'],
    ['force-fail', 'step-ended'],
    ['reviewer-approve', 'step-not-human'],
    ['reviewer-reject', 'step-not-human'],
  ] as const)('%s of a running agent: %s', (action, outcome) => {
    expect(attempt(Scene.of({ nodes: [agent('a')] }), 'a', action)).toBe(outcome);
  });

  test.each([
    ['force-approve', 'step-ended'],
    ['force-reject', 'step-ended'],
    ['force-complete', 'step-ended'],
    ['force-fail', 'step-ended'],
    ['reviewer-approve', 'step-not-human'],
    ['reviewer-reject', 'step-not-human'],
  ] as const)('%s of a waiting blocking agent: %s', (action, outcome) => {
    const scene = Scene.of({ nodes: [blocking('a')] });
    scene.succeed('a');
    expect(attempt(scene, 'a', action)).toBe(outcome);
  });

  test('the refusals come in this order: no such step, output too large, no human step, no reviewer, wrong status', () => {
    const tooLarge = { text: 'x'.repeat(LIMITS.outputBytesMax) };
    const scene = Scene.of({ nodes: [panel, agent('a'), human('other', ['u'])] });
    const unknown = scene.feed({
      kind: 'step-overridden',
      stepId: 'nowhere',
      action: 'force-approve',
      actorId: 'x',
      output: tooLarge,
      reason: null,
    });
    expect(unknown).toEqual({
      kind: 'refused',
      code: 'step-not-found',
      message: 'The execution has no step "nowhere"; executions/get lists its steps.',
    });
    expect(attempt(scene, 'a', 'reviewer-approve', 'stranger', tooLarge)).toBe('step-not-human');
    expect(attempt(scene, 'other', 'force-complete', 'stranger', tooLarge)).toBe('output-too-large');
    scene.override('review', 'force-complete');
    expect(attempt(scene, 'review', 'reviewer-approve', 'stranger')).toBe('not-a-reviewer');
    expect(attempt(scene, 'review', 'reviewer-approve', 'ada')).toBe('step-in-wrong-status');
  });

  test('an output of exactly 256 KiB is taken, one byte more is not', () => {
    const sized = (bytes: number) => ({ text: 'x'.repeat(bytes - '{"text":""}'.length) });
    const scene = () => Scene.of({ nodes: [agent('a')] });
    expect(attempt(scene(), 'a', 'force-complete', 'x', sized(LIMITS.outputBytesMax))).toBe('step-ended');
    expect(attempt(scene(), 'a', 'force-complete', 'x', sized(LIMITS.outputBytesMax + 1))).toBe('output-too-large');
  });

  test('the sentences say what is wrong and what would be right', () => {
    const scene = Scene.of({ nodes: [panel, agent('a')] });
    const { stepId } = scene.step('a');
    const review = scene.step('review').stepId;
    expect(scene.override('a', 'reviewer-approve')).toMatchObject({
      message: `Step "${stepId}" is of type agent; reviewer-approve is for human steps only.`,
    });
    expect(scene.override('review', 'reviewer-reject', { actorId: 'eve' })).toMatchObject({
      message: `"eve" is not a reviewer of step "${review}", so reviewer-reject is not theirs.`,
    });
    expect(scene.override('a', 'force-approve')).toMatchObject({
      message: `Step "${stepId}" is running; force-approve needs a step that is waiting.`,
    });
    scene.override('a', 'force-complete');
    expect(scene.override('a', 'force-fail')).toMatchObject({
      message: `Step "${stepId}" is completed; force-fail needs a step that is running or waiting.`,
    });
  });

  test('a decision after an override comes too late', () => {
    const scene = Scene.of({ nodes: [panel, human('other', ['u'])] });
    scene.override('review', 'force-approve');
    expect(scene.decide('review', 'ada')).toEqual({
      kind: 'response-not-recorded',
      aggregatorStatus: 'resolved',
      rejectionReason: 'already-terminal',
    });
  });
});

import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, Scene } from './scene';

const panel = {
  nodeId: 'panel',
  type: 'human',
  config: {
    reviewers: [
      { userId: 'chief', mandatory: true },
      { userId: 'deputy', mandatory: true },
      { userId: 'guest', mandatory: false },
    ],
    commentBody: 'Please look',
    reviewerEmails: ['chief@acme.com'],
  },
};

describe('a human step', () => {
  test('waits at once and shows an empty tally', () => {
    const scene = Scene.of({ nodes: [panel] });
    expect(scene.status('panel')).toBe('waiting');
    expect(scene.view().steps[0]!.output).toEqual({
      reviewers: panel.config.reviewers,
      reviewerIds: ['chief', 'deputy', 'guest'],
      reviewerEmails: ['chief@acme.com'],
      commentBody: 'Please look',
      aggregatorStatus: 'pending',
      approveCount: 0,
      rejectCount: 0,
      totalResponses: 0,
      mandatoryCount: 2,
      mandatoryApproveCount: 0,
      responses: [],
      resumeKey: `human:${scene.step('panel').stepId}`,
    });
  });

  test('is approved by every mandatory reviewer, whatever the others say or do not say', () => {
    const scene = Scene.of({ nodes: [panel] });
    expect(scene.decide('panel', 'chief')).toEqual({
      kind: 'response-recorded',
      aggregatorStatus: 'pending',
      resumeScheduled: false,
    });
    expect(scene.decide('panel', 'deputy')).toEqual({
      kind: 'response-recorded',
      aggregatorStatus: 'resolved',
      resumeScheduled: true,
    });
    expect(scene.view().steps[0]).toMatchObject({
      status: 'completed',
      output: { decision: 'approve', approved: true, resumedAt: 1_002, aggregatorStatus: 'resolved', approveCount: 2 },
    });
    expect(scene.run.status).toBe('completed');
  });

  test('is rejected by the first reject of anyone, mandatory or not, and says by whom and why', () => {
    const scene = Scene.of({ nodes: [panel] });
    scene.decide('panel', 'chief');
    expect(scene.decide('panel', 'guest', 'reject', 'Too long.')).toMatchObject({
      aggregatorStatus: 'rejected',
      resumeScheduled: true,
    });
    expect(scene.view().steps[0]!.output).toMatchObject({
      decision: 'reject',
      approved: false,
      rejectedBy: 'guest',
      rejectorMandatory: false,
      rejectionReason: 'Too long.',
      responses: [
        { reviewerId: 'chief', decision: 'approve', reason: null, at: 1_001 },
        { reviewerId: 'guest', decision: 'reject', reason: 'Too long.', at: 1_002 },
      ],
    });
  });

  test('the older list of reviewerIds makes all of them mandatory', () => {
    const scene = Scene.of({ nodes: [{ nodeId: 'old', type: 'human', config: { reviewerIds: ['a', 'b'] } }] });
    scene.decide('old', 'a');
    expect(scene.status('old')).toBe('waiting');
    scene.decide('old', 'b');
    expect(scene.status('old')).toBe('completed');
  });
});

describe('a decision that is not recorded changes nothing', () => {
  const open = () =>
    Scene.of({
      nodes: [agent('draft'), human('review', ['u_1', 'u_2']), agent('late')],
      edges: [edge('draft', 'review'), edge('review', 'late')],
    });

  test.each([
    ['of an unknown step', 'step-not-found', (scene: Scene) => decideStep(scene, 'nowhere', 'u_1')],
    ['on an agent step', 'step-not-human', (scene: Scene) => decideStep(scene, scene.step('draft').stepId, 'u_1')],
  ])('%s is refused as %s', (_what, code, attempt) => {
    const scene = open();
    scene.succeed('draft');
    const before = scene.run;
    expect(attempt(scene)).toMatchObject({ kind: 'refused', code });
    expect(scene.run).toBe(before);
  });

  test('by a stranger is refused as unknown-responder, before and after the step has ended', () => {
    const scene = open();
    scene.succeed('draft');
    const refusal = { kind: 'response-not-recorded', rejectionReason: 'unknown-responder' };
    expect(scene.decide('review', 'stranger')).toEqual({ ...refusal, aggregatorStatus: 'pending' });
    scene.decide('review', 'u_1', 'approve');
    scene.decide('review', 'u_2', 'approve');
    expect(scene.decide('review', 'stranger')).toEqual({ ...refusal, aggregatorStatus: 'resolved' });
  });

  test('a second decision of the same reviewer is idempotent, also when it contradicts: the first stands', () => {
    const scene = open();
    scene.succeed('draft');
    scene.decide('review', 'u_1', 'approve');
    const before = scene.run;
    expect(scene.decide('review', 'u_1', 'reject')).toEqual({
      kind: 'response-not-recorded',
      aggregatorStatus: 'pending',
      rejectionReason: 'idempotent',
    });
    expect(scene.run).toBe(before);
  });

  test('a repeat after the step has ended is idempotent still, another reviewer comes as already-terminal', () => {
    const scene = open();
    scene.succeed('draft');
    scene.decide('review', 'u_1', 'reject');
    expect(scene.decide('review', 'u_1', 'reject')).toMatchObject({ rejectionReason: 'idempotent' });
    expect(scene.decide('review', 'u_2', 'approve')).toMatchObject({
      rejectionReason: 'already-terminal',
      aggregatorStatus: 'rejected',
    });
  });
});

function decideStep(scene: Scene, stepId: string, reviewerId: string) {
  return scene.feed({ kind: 'reviewer-decided', stepId, reviewerId, decision: 'approve', reason: null });
}

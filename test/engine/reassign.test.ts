import { describe, expect, test } from '@jest/globals';
import { allEvents } from '../../src/engine/event-log';
import { inboxOf } from '../../src/engine/inbox';
import { pendingReviewers } from '../../src/engine/view';
import { agent, edge, human, Scene } from './scene';

const panel = {
  nodeId: 'panel',
  type: 'human',
  config: {
    reviewers: [
      { userId: 'ann', mandatory: true },
      { userId: 'bob', mandatory: true },
      { userId: 'guest', mandatory: false },
    ],
  },
};
const sceneOf = () => Scene.of({ nodes: [panel] });
const code = (reply: object) => ('code' in reply ? reply.code : reply);
const inbox = (scene: Scene, reviewerId: string) =>
  inboxOf(scene.plan, scene.run, { reviewerId, after: -1 }).found.map(({ entry }) => entry.mandatory);

describe("passing a reviewer's part on", () => {
  test('is told by an event, and the other takes the place and the mandatory flag', () => {
    const scene = sceneOf();
    expect(scene.reassign('panel', 'ann', 'cleo', 'on leave')).toEqual({ kind: 'step-reassigned' });
    expect(scene.data('step.reassigned')).toEqual([
      { fromReviewerId: 'ann', toReviewerId: 'cleo', actorId: 'boss', reason: 'on leave' },
    ]);
    expect(scene.output('panel')).toMatchObject({
      reviewers: [
        { userId: 'cleo', mandatory: true },
        { userId: 'bob', mandatory: true },
        { userId: 'guest', mandatory: false },
      ],
      reviewerIds: ['cleo', 'bob', 'guest'],
      mandatoryCount: 2,
    });
  });

  test('the other decides in their stead, and the one who passed it on has no say', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    expect(scene.decide('panel', 'ann')).toMatchObject({ rejectionReason: 'unknown-responder' });
    scene.decide('panel', 'cleo');
    expect(scene.decide('panel', 'bob')).toMatchObject({ aggregatorStatus: 'resolved', resumeScheduled: true });
    expect(scene.output('panel')).toMatchObject({ decision: 'approve', mandatoryApproveCount: 2 });
  });

  test('a part that was not mandatory stays so', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'guest', 'cleo');
    scene.decide('panel', 'ann');
    scene.decide('panel', 'bob');
    expect(scene.status('panel')).toBe('completed');
    const rejecting = sceneOf();
    rejecting.reassign('panel', 'guest', 'cleo');
    rejecting.reject('panel', 'cleo', 'no');
    expect(rejecting.output('panel')).toMatchObject({ rejectedBy: 'cleo', rejectorMandatory: false });
  });

  test('inboxes, the search attribute and reminders name the other', () => {
    const scene = Scene.of({ nodes: [{ ...panel, config: { ...panel.config, remindEveryMs: 1_000 } }] });
    scene.wake(2_000);
    scene.reassign('panel', 'guest', 'cleo');
    scene.wake(3_000);
    expect(scene.data('step.reminder').map((data) => data?.reviewerIds)).toEqual([
      ['ann', 'bob', 'guest'],
      ['ann', 'bob', 'cleo'],
    ]);
    expect(pendingReviewers(scene.plan, scene.run)).toEqual(['ann', 'bob', 'cleo']);
    expect([inbox(scene, 'guest'), inbox(scene, 'cleo'), inbox(scene, 'ann')]).toEqual([[], [false], [true]]);
  });

  test('what step.awaiting-approval said of the step stays as it was said', () => {
    const scene = sceneOf();
    const said = scene.data('step.awaiting-approval');
    scene.reassign('panel', 'ann', 'cleo');
    expect(allEvents(scene.run.log).find(({ type }) => type === 'step.awaiting-approval')?.data).toEqual(said[0]);
    expect(said[0]).toMatchObject({ waitingForReviewers: ['ann', 'bob', 'guest'] });
  });

  test("a reviewer's override is the other's from then on", () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    expect(code(scene.override('panel', 'reviewer-approve', { actorId: 'ann' }))).toBe('not-a-reviewer');
    scene.override('panel', 'reviewer-reject', { actorId: 'cleo' });
    expect(scene.output('panel')).toMatchObject({ rejectedBy: 'cleo', rejectorMandatory: true });
  });

  test('a part can be passed on again, and back', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    scene.reassign('panel', 'cleo', 'dan');
    expect(scene.reassign('panel', 'dan', 'ann')).toEqual({ kind: 'step-reassigned' });
    expect(scene.output('panel')).toMatchObject({ reviewerIds: ['ann', 'bob', 'guest'] });
    expect(scene.decide('panel', 'ann')).toMatchObject({ kind: 'response-recorded' });
  });

  test('of one run of a node in a loop, it holds for that run alone', () => {
    const scene = Scene.of({
      nodes: [human('draft', ['dan']), human('review', ['ann'])],
      edges: [edge('draft', 'review'), edge('review', 'draft', { on: 'reject', loop: { maxIterations: 2 } })],
    });
    scene.decide('draft', 'dan');
    scene.reassign('review', 'ann', 'cleo');
    scene.reject('review', 'cleo');
    scene.decide('draft', 'dan');
    expect(scene.output('review')).toMatchObject({ reviewerIds: ['ann'] });
  });
});

describe('a repeat of the same reassignment', () => {
  test('is answered as done before, without a second event', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    const { run } = scene;
    expect(scene.reassign('panel', 'ann', 'cleo', 'again')).toEqual({ kind: 'reassigned-already' });
    expect(scene.run).toBe(run);
  });

  test('is so answered also when the part was passed on further, and when the step has ended', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    scene.reassign('panel', 'cleo', 'dan');
    expect(scene.reassign('panel', 'ann', 'cleo')).toEqual({ kind: 'reassigned-already' });
    scene.reject('panel', 'dan');
    expect(scene.reassign('panel', 'cleo', 'dan')).toEqual({ kind: 'reassigned-already' });
  });

  test('is another one once the part has come back', () => {
    const scene = sceneOf();
    scene.reassign('panel', 'ann', 'cleo');
    scene.reassign('panel', 'cleo', 'ann');
    expect(scene.reassign('panel', 'ann', 'cleo')).toEqual({ kind: 'step-reassigned' });
    expect(scene.data('step.reassigned')).toHaveLength(3);
  });
});

describe('a part is not passed on', () => {
  test('of no step, of one that is not human, or of one that has ended', () => {
    const scene = Scene.of({ nodes: [panel, agent('a')] });
    const of = {
      kind: 'reviewer-reassigned',
      fromReviewerId: 'ann',
      toReviewerId: 'x',
      actorId: 'a',
      reason: null,
    } as const;
    expect(code(scene.feed({ ...of, stepId: 'nowhere' }))).toBe('step-not-found');
    expect(code(scene.reassign('a', 'ann', 'x'))).toBe('step-not-human');
    scene.reject('panel', 'ann');
    expect(code(scene.reassign('panel', 'bob', 'x'))).toBe('step-in-wrong-status');
  });

  test.each([
    ['by a stranger', 'stranger', 'x', 'from-not-a-reviewer'],
    ['by a stranger to themselves', 'stranger', 'stranger', 'from-not-a-reviewer'],
    ['by one who has decided', 'bob', 'x', 'from-has-decided'],
    ['by one who has decided to a reviewer', 'bob', 'ann', 'from-has-decided'],
    ['to another reviewer', 'ann', 'guest', 'to-is-a-reviewer'],
    ['to a reviewer who has decided', 'ann', 'bob', 'to-is-a-reviewer'],
    ['to oneself', 'ann', 'ann', 'to-is-a-reviewer'],
  ])('%s', (_what, from, to, expected) => {
    const scene = sceneOf();
    scene.decide('panel', 'bob');
    const { run } = scene;
    expect(code(scene.reassign('panel', from, to))).toBe(expected);
    expect(scene.run).toBe(run);
  });

  test('more than a hundred times on one step', () => {
    const scene = sceneOf();
    const holder = (n: number) => (n === 0 ? 'ann' : `holder${n}`);
    for (let n = 0; n < 100; n++)
      expect(scene.reassign('panel', holder(n), holder(n + 1))).toEqual({ kind: 'step-reassigned' });
    expect(code(scene.reassign('panel', 'holder100', 'x'))).toBe('too-many-reassignments');
    expect(scene.decide('panel', 'holder100')).toMatchObject({ kind: 'response-recorded' });
  });

  test('when its record would pass the bound of the run', () => {
    const scene = Scene.of({ nodes: [panel, ...Array.from({ length: 8 }, (_, i) => human(`big${i}`, ['x']))] });
    for (let i = 0; i < 8; i++) {
      scene.override(`big${i}`, 'force-complete', { output: { text: 'x'.repeat(194_000) } });
    }
    const holder = (n: number) => (n === 0 ? 'ann' : `holder${n}`);
    let [passed, reply] = [0, scene.reassign('panel', holder(0), holder(1), 'r'.repeat(2_000))];
    while (reply.kind === 'step-reassigned') {
      passed += 1;
      reply = scene.reassign('panel', holder(passed), holder(passed + 1), 'r'.repeat(2_000));
    }
    expect([code(reply), scene.run.status]).toEqual(['state-limit-exceeded', 'running']);
    expect(scene.output('panel')).toMatchObject({ reviewerIds: [holder(passed), 'bob', 'guest'] });
  });
});

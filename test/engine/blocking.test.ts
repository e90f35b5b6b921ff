// Blocking agents: a step waits until the agent's responses are resolved (contract 2 section 2).
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../src/definition/json';
import { agent, blocking, edge, human, Scene, type Shape } from './scene';

const responses = (...ids: string[]) => ({ responses: ids.map((responseId) => ({ responseId })) });
const checked = (minCount: number | null = null): Shape => ({
  nodes: [blocking('check', minCount), human('next', ['u']), human('fix', ['u'])],
  edges: [edge('check', 'next'), edge('check', 'fix', { on: 'reject' })],
});
const started = (minCount: number | null, ...ids: string[]) => {
  const scene = Scene.of(checked(minCount));
  scene.succeed('check', responses(...ids));
  return scene;
};

describe('a blocking agent', () => {
  test('waits after it ran, and shows what there is to resolve', () => {
    const scene = Scene.of(checked());
    const before = scene.events.length;
    scene.succeed('check', { text: 'x', responses: [{ responseId: 'a', note: 'n' }, { responseId: 'b' }] });
    expect(scene.step('check')).toMatchObject({ status: 'waiting', completedAt: null, decision: null });
    expect(scene.types().slice(before)).toEqual(['step.awaiting-approval check']);
    expect(scene.data('step.awaiting-approval')).toEqual([{ agentId: 'check-agent', responseIds: ['a', 'b'] }]);
    expect(scene.output('check')).toEqual({
      text: 'x',
      responses: [{ responseId: 'a', note: 'n' }, { responseId: 'b' }],
      agentId: 'check-agent',
      generatedAt: 1_001,
      resolutions: [],
      aggregatorStatus: 'pending',
      totalResponses: 2,
      resolvedCount: 0,
      rejectedCount: 0,
      pendingCount: 2,
    });
  });

  test.each([[{}], [{ responses: null }], [{ responses: [] }]])('without responses there is one: %j', (result) => {
    const scene = Scene.of(checked());
    scene.succeed('check', result);
    expect(scene.output('check')).toMatchObject({ responses: [{ responseId: 'resp_1' }], totalResponses: 1 });
    expect(scene.resolve('check', 'resp_1')).toMatchObject({ aggregatorStatus: 'resolved', resumeScheduled: true });
  });

  test.each([
    ['its "responses" are no list', 'text'],
    ['its "responses" are no list', { responseId: 'a' }],
    ['each of its responses needs a "responseId" of 1 to 128 characters', [{ responseId: 'a' }, {}]],
    ['each of its responses needs a "responseId" of 1 to 128 characters', [{ responseId: '' }]],
    ['each of its responses needs a "responseId" of 1 to 128 characters', [{ responseId: 7 }]],
    ['each of its responses needs a "responseId" of 1 to 128 characters', [{ responseId: 'x'.repeat(129) }]],
    ['each of its responses needs a "responseId" of 1 to 128 characters', [null]],
    ['each of its responses needs a "responseId" of 1 to 128 characters', ['a']],
    ['two of its responses have the same "responseId"', [{ responseId: 'a' }, { responseId: 'a' }]],
    ['it has more than 1000 responses', Array.from({ length: 1_001 }, (_, n) => ({ responseId: `r${n}` }))],
  ])('responses that cannot be resolved fail the step: %s', (why, list) => {
    const scene = Scene.of(checked());
    scene.succeed('check', { responses: list as Json });
    expect(scene.step('check')).toMatchObject({
      status: 'failed',
      output: null,
      error: {
        code: 'agent-failed',
        message: `Agent "check-agent" returned what cannot be resolved: ${why}.`,
      },
    });
  });

  test('a thousand responses and an id of 128 characters can be resolved', () => {
    const many = Array.from({ length: 999 }, (_, n) => ({ responseId: `r${n}` }));
    const scene = Scene.of(checked());
    scene.succeed('check', { responses: [...many, { responseId: 'x'.repeat(128) }] });
    expect(scene.output('check')).toMatchObject({ totalResponses: 1_000, pendingCount: 1_000 });
  });

  test('its own decision does not count: the resolutions decide', () => {
    const scene = Scene.of(checked());
    scene.succeed('check', { decision: 'approve', approved: true, ...responses('a') });
    expect(scene.status('check')).toBe('waiting');
    expect(scene.output('check')).not.toHaveProperty('decision');
    expect(scene.output('check')).not.toHaveProperty('approved');
    scene.resolve('check', 'a', 'rejected');
    expect(scene.output('check')).toMatchObject({ decision: 'reject', approved: false });
  });

  test('who rejected or overrode it, and when it was resumed, is not for the agent to say', () => {
    const forged = { rejectedBy: 'eve', rejectorMandatory: true, resumedAt: 1, overriddenAt: 1 };
    const scene = Scene.of(checked());
    scene.succeed('check', { ...forged, rejectionReason: 'its own', ...responses('a') });
    for (const field of Object.keys(forged)) expect(scene.output('check')).not.toHaveProperty(field);
    expect(scene.output('check')).toMatchObject({ rejectionReason: 'its own' });
    const earlier = Scene.of(checked(), { keepsOwnWords: undefined } as object);
    earlier.succeed('check', { ...forged, ...responses('a') });
    expect(earlier.output('check')).toMatchObject(forged);
  });

  test('an agent that does not block decides by itself, whatever responses it returns', () => {
    const scene = Scene.of({ nodes: [agent('a')] });
    scene.succeed('a', { responses: 'free', decision: 'approve' });
    expect(scene.step('a')).toMatchObject({ status: 'completed', decision: 'approve' });
  });

  test('a failed one fails the execution as any agent does', () => {
    const scene = Scene.of({ nodes: [blocking('check')] });
    scene.fail('check');
    expect(scene.run.failureReason?.code).toBe('step-failed');
    expect(scene.output('check')).toBeNull();
  });

  test('its deadline goes on while it waits', () => {
    const scene = Scene.of({ nodes: [blocking('check', null, { slaMs: 100 })] });
    scene.succeed('check', responses('a'));
    scene.wake(1_100);
    expect(scene.status('check')).toBe('breached');
    expect(scene.effects).toEqual([]);
  });
});

describe('allResolved', () => {
  test('is approved when every response is resolved, and not before', () => {
    const scene = started(null, 'a', 'b');
    const before = scene.events.length;
    expect(scene.resolve('check', 'b', 'resolved', 'fine')).toEqual({
      kind: 'response-recorded',
      aggregatorStatus: 'pending',
      resumeScheduled: false,
    });
    expect(scene.types().slice(before)).toEqual(['step.response-recorded check']);
    expect(scene.resolve('check', 'a')).toEqual({
      kind: 'response-recorded',
      aggregatorStatus: 'resolved',
      resumeScheduled: true,
    });
    const { stepId } = scene.step('check');
    expect(scene.types().slice(before + 1, before + 4)).toEqual([
      'step.response-recorded check',
      'step.resumed check',
      'step.completed check',
    ]);
    expect(scene.data('step.response-recorded')).toEqual([
      { responseId: 'b', resolution: 'resolved', actorId: 'resolver', reason: 'fine' },
      { responseId: 'a', resolution: 'resolved', actorId: 'resolver', reason: null },
    ]);
    expect(scene.data('step.resumed')).toEqual([{ resumeKey: `agent:${stepId}` }]);
    expect(scene.data('step.completed')).toEqual([
      { nodeType: 'agent', decision: 'approve', aggregatorStatus: 'resolved', agentId: 'check-agent' },
    ]);
    expect(scene.output('check')).toEqual({
      ...responses('a', 'b'),
      agentId: 'check-agent',
      generatedAt: 1_001,
      resolutions: [
        { responseId: 'b', resolution: 'resolved', actorId: 'resolver', reason: 'fine', at: 1_002 },
        { responseId: 'a', resolution: 'resolved', actorId: 'resolver', reason: null, at: 1_003 },
      ],
      aggregatorStatus: 'resolved',
      totalResponses: 2,
      resolvedCount: 2,
      rejectedCount: 0,
      pendingCount: 0,
      decision: 'approve',
      approved: true,
      resumedAt: 1_003,
    });
    expect(scene.newest('next').status).toBe('waiting');
  });

  test('is rejected by the first rejected response', () => {
    const scene = started(null, 'a', 'b', 'c');
    scene.resolve('check', 'a');
    expect(scene.resolve('check', 'b', 'rejected', 'wrong')).toEqual({
      kind: 'response-recorded',
      aggregatorStatus: 'rejected',
      resumeScheduled: true,
    });
    expect(scene.output('check')).toMatchObject({
      decision: 'reject',
      resolvedCount: 1,
      rejectedCount: 1,
      pendingCount: 1,
    });
    expect(scene.run.steps.map((step) => step.nodeId)).toEqual(['check', 'fix']);
  });
});

describe('minResolved', () => {
  test('is approved by minCount resolved ones, whatever was rejected before', () => {
    const scene = started(2, 'a', 'b', 'c');
    expect(scene.resolve('check', 'a', 'rejected')).toMatchObject({ aggregatorStatus: 'pending' });
    expect(scene.resolve('check', 'b')).toMatchObject({ aggregatorStatus: 'pending' });
    expect(scene.resolve('check', 'c')).toMatchObject({ aggregatorStatus: 'resolved' });
    expect(scene.output('check')).toMatchObject({ decision: 'approve', resolvedCount: 2, rejectedCount: 1 });
  });

  test('is rejected as soon as minCount cannot be reached any more', () => {
    const scene = started(2, 'a', 'b', 'c');
    scene.resolve('check', 'a', 'rejected');
    expect(scene.resolve('check', 'b', 'rejected')).toMatchObject({
      aggregatorStatus: 'rejected',
      resumeScheduled: true,
    });
    expect(scene.output('check')).toMatchObject({ decision: 'reject', pendingCount: 1 });
  });

  test('is rejected at once when there are fewer responses than minCount', () => {
    const scene = Scene.of(checked(3));
    const before = scene.events.length;
    scene.succeed('check', responses('a', 'b'));
    expect(scene.step('check')).toMatchObject({ status: 'completed', decision: 'reject' });
    expect(scene.types().slice(before, before + 3)).toEqual([
      'step.awaiting-approval check',
      'step.resumed check',
      'step.completed check',
    ]);
    expect(scene.newest('fix').status).toBe('waiting');
  });

  test('a rejection that nobody spoke is told as that of the agent', () => {
    const scene = Scene.of({ nodes: [blocking('check', 3)] });
    scene.succeed('check', responses('a', 'b'));
    expect(scene.run.failureReason?.message).toContain('was rejected by check-agent, and no edge');
  });
});

describe('a resolution that is not recorded changes nothing', () => {
  const refusedAs = (scene: Scene, resolve: () => unknown) => {
    const before = scene.run;
    const reply = resolve();
    expect(scene.run).toBe(before);
    return reply;
  };

  test('of an unknown step', () => {
    const scene = started(null, 'a');
    const input = {
      kind: 'agent-resolved',
      responseId: 'a',
      resolution: 'resolved',
      actorId: 'x',
      reason: null,
    } as const;
    expect(refusedAs(scene, () => scene.feed({ ...input, stepId: 'nowhere' }))).toMatchObject({
      code: 'step-not-found',
    });
  });

  test('of a human step, and of an agent that does not block', () => {
    const scene = Scene.of({ nodes: [agent('plain'), human('review', ['u'])] });
    for (const nodeId of ['plain', 'review']) {
      expect(refusedAs(scene, () => scene.resolve(nodeId, 'a'))).toEqual({
        kind: 'refused',
        code: 'step-not-blocking-agent',
        message: `Step "${scene.step(nodeId).stepId}" is not that of a blocking agent; only those take resolutions.`,
      });
    }
  });

  test('while the agent still works', () => {
    const scene = Scene.of(checked());
    expect(refusedAs(scene, () => scene.resolve('check', 'a'))).toEqual({
      kind: 'refused',
      code: 'step-not-waiting-yet',
      message: `Step "${scene.step('check').stepId}" does not wait yet: its agent still works; try again.`,
    });
  });

  test('of a response that the step does not have, before and after its end', () => {
    const scene = started(null, 'a');
    const unknown = { kind: 'response-not-recorded', rejectionReason: 'unknown-response' };
    expect(refusedAs(scene, () => scene.resolve('check', 'z'))).toEqual({ ...unknown, aggregatorStatus: 'pending' });
    scene.resolve('check', 'a');
    expect(refusedAs(scene, () => scene.resolve('check', 'z'))).toEqual({ ...unknown, aggregatorStatus: 'resolved' });
  });

  test('a second one of the same response is idempotent, also when it contradicts and after the end', () => {
    const scene = started(null, 'a', 'b');
    scene.resolve('check', 'a');
    const idempotent = { kind: 'response-not-recorded', rejectionReason: 'idempotent' };
    expect(refusedAs(scene, () => scene.resolve('check', 'a', 'rejected'))).toEqual({
      ...idempotent,
      aggregatorStatus: 'pending',
    });
    scene.resolve('check', 'b', 'rejected');
    expect(refusedAs(scene, () => scene.resolve('check', 'a'))).toEqual({
      ...idempotent,
      aggregatorStatus: 'rejected',
    });
  });

  test('of a response that is still open after the step has ended', () => {
    const scene = started(null, 'a', 'b');
    scene.resolve('check', 'a', 'rejected');
    expect(refusedAs(scene, () => scene.resolve('check', 'b'))).toEqual({
      kind: 'response-not-recorded',
      aggregatorStatus: 'rejected',
      rejectionReason: 'already-terminal',
    });
  });

  test('after an agent that failed before it ever waited nothing is resolved', () => {
    const scene = Scene.of(checked());
    scene.fail('check');
    expect(scene.resolve('check', 'a')).toEqual({
      kind: 'response-not-recorded',
      aggregatorStatus: 'pending',
      rejectionReason: 'unknown-response',
    });
  });
});

describe('a blocking agent in a group', () => {
  const group = (onQuorumMet: string): Shape => ({
    nodes: [human('a', ['u_a']), blocking('b'), human('next', ['u'])],
    edges: [edge('a', 'next'), edge('b', 'next')],
    groups: [{ groupId: 'g', memberNodeIds: ['a', 'b'], expectedSteps: 2, quorum: 1, onQuorumMet }],
  });

  test.each(['cancelOnQuorum', 'joinOnQuorum'])(
    '%s: one that would begin to wait after quorum is cancelled',
    (policy) => {
      const scene = Scene.of(group(policy));
      scene.decide('a', 'u_a');
      expect(scene.status('b')).toBe('running');
      const before = scene.events.length;
      scene.succeed('b', responses('x'));
      expect(scene.step('b')).toMatchObject({
        status: 'cancelled',
        cancel: { actorId: 'system:group-quorum', reason: 'group-quorum-met', isAdministrative: false },
      });
      expect(scene.types().slice(before)).toEqual(['step.cancelled b', 'parallel-group.completed']);
      expect(scene.effects).toEqual([]);
      expect(scene.resolve('b', 'x')).toMatchObject({ rejectionReason: 'already-terminal' });
    },
  );

  test('cancelOnQuorum: one that waits is cancelled on quorum', () => {
    const scene = Scene.of(group('cancelOnQuorum'));
    scene.succeed('b', responses('x'));
    scene.decide('a', 'u_a');
    expect(scene.status('b')).toBe('cancelled');
  });

  test('waitAll: one begins to wait after quorum all the same', () => {
    const scene = Scene.of(group('waitAll'));
    scene.decide('a', 'u_a');
    scene.succeed('b', responses('x'));
    expect(scene.status('b')).toBe('waiting');
    scene.resolve('b', 'x');
    expect(scene.steps('next')).toHaveLength(2);
  });

  test('its approval counts towards quorum', () => {
    const scene = Scene.of(group('joinOnQuorum'));
    scene.succeed('b', responses('x'));
    scene.resolve('b', 'x');
    expect(scene.status('a')).toBe('cancelled');
    expect(scene.ids().at(-1)).toBe('group_g__to__next');
  });
});

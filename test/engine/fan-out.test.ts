import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, Scene } from './scene';

/** A source with one edge of each kind, and how it ends. */
const fork = (source: object) => ({
  nodes: [source, ...['byDefault', 'always', 'approve', 'reject', 'custom'].map((nodeId) => human(nodeId, ['u']))],
  edges: [
    edge('source', 'byDefault'),
    edge('source', 'always', { on: 'always' }),
    edge('source', 'approve', { on: 'approve' }),
    edge('source', 'reject', { on: 'reject' }),
    edge('source', 'custom', { when: 'step.status != "nothing"' }),
  ],
});
const started = (scene: Scene) => scene.run.steps.slice(1).map((step) => step.nodeId);

describe('which edges fire', () => {
  test.each([
    ['completed without a decision', (s: Scene) => s.succeed('source', {}), ['byDefault', 'always', 'custom']],
    [
      'completed with approve',
      (s: Scene) => s.succeed('source', { decision: 'approve' }),
      ['byDefault', 'always', 'approve', 'custom'],
    ],
    [
      'completed with reject',
      (s: Scene) => s.succeed('source', { decision: 'reject' }),
      ['always', 'reject', 'custom'],
    ],
    ['failed', (s: Scene) => s.fail('source'), ['always', 'custom']],
    ['breached', (s: Scene) => s.wake(1_500), ['always', 'custom']],
  ])('from a step that %s', (_how, end, targets) => {
    const scene = Scene.of(fork(agent('source', {}, { slaMs: 500 })));
    end(scene);
    expect(started(scene)).toEqual(targets);
    expect(scene.run.status).toBe('running');
  });

  test('a when reads the output, the step and what the execution was triggered with', () => {
    const route = (score: number, region: string) => {
      const scene = Scene.of(
        {
          nodes: [agent('check'), human('fast', ['u']), human('slow', ['u'])],
          edges: [
            edge('check', 'fast', { when: 'output.score >= 0.8 && execution.input.region == "eu"' }),
            edge('check', 'slow', { when: '!(output.score >= 0.8) || step.nodeId != "check"' }),
          ],
        },
        { triggerContext: { region } },
      );
      scene.succeed('check', { score });
      return started(scene);
    };
    expect(route(0.9, 'eu')).toEqual(['fast']);
    expect(route(0.9, 'us')).toEqual([]);
    expect(route(0.1, 'eu')).toEqual(['slow']);
  });

  test('children start in the order of the definition, whatever ended first', () => {
    const scene = Scene.of({
      nodes: [agent('a'), human('x', ['u']), human('y', ['u']), human('z', ['u'])],
      edges: [edge('a', 'z'), edge('a', 'x'), edge('a', 'y')],
    });
    scene.succeed('a');
    expect(started(scene)).toEqual(['z', 'x', 'y']);
  });

  test('a branch whose conditions are all false just ends', () => {
    const scene = Scene.of({
      nodes: [agent('a'), human('b', ['u'])],
      edges: [edge('a', 'b', { when: 'output.go == true' })],
    });
    scene.succeed('a', { go: 'true' });
    expect(scene.run.status).toBe('completed');
  });
});

describe('an unhandled outcome fails the execution at once', () => {
  const beside = (source: object) => ({
    nodes: [source, human('other', ['u']), agent('busy'), human('after', ['u'])],
    edges: [edge('busy', 'after')],
  });

  test.each([
    [
      'a reject',
      human('review', ['u_1']),
      (s: Scene) => s.decide('review', 'u_1', 'reject', 'Wrong price.'),
      'unhandled-rejection',
      /Step "review" .* was rejected by u_1: Wrong price, and no edge/,
    ],
    [
      'a failure',
      agent('review'),
      (s: Scene) => s.fail('review', 'boom'),
      'step-failed',
      /Step "review" .* failed: agent-failed: boom, and no edge/,
    ],
    [
      'a breach',
      human('review', ['u_1'], { slaMs: 10 }),
      (s: Scene) => s.wake(2_000),
      'step-breached',
      /Step "review" .* breached: sla-exceeded/,
    ],
    [
      "an agent's reject",
      agent('review'),
      (s: Scene) => s.succeed('review', { decision: 'reject' }),
      'unhandled-rejection',
      /was rejected by review-agent/,
    ],
  ])('%s', (_what, source, end, code, message) => {
    const scene = Scene.of(beside(source));
    end(scene);
    expect(scene.view()).toMatchObject({ status: 'failed', completedAt: scene.now - 1, cancelledAt: null });
    expect(scene.run.failureReason).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(scene.status('other')).toBe('cancelled');
    expect(scene.status('busy')).toBe('cancelled');
    expect(scene.effects).toContainEqual({ kind: 'cancel-work', stepId: scene.step('busy').stepId });
    const last = scene.events.slice(-3);
    expect(last.map((event) => event.type)).toEqual(['step.cancelled', 'step.cancelled', 'execution.failed']);
    expect(last[0]!.data).toEqual({ actorId: 'system:execution-failed', reason: 'execution-failed' });
    expect(last[2]!.data).toEqual({ failureReason: scene.run.failureReason });
  });

  test('nothing of the same input is started when something of it is unhandled', () => {
    // "first" is a root that fails at once, in the same input in which "second" starts.
    const scene = Scene.of({ nodes: [agent('first', { urlPath: 'none' }), agent('second')] });
    expect(scene.run.status).toBe('failed');
    expect(scene.effects).toEqual([]);
    expect(scene.status('second')).toBe('cancelled');
  });

  test('terminal is terminal: nothing that comes later changes a failed execution', () => {
    const scene = Scene.of(beside(agent('review')));
    scene.fail('review');
    const before = scene.run;
    scene.succeed('busy');
    scene.decide('other', 'u');
    scene.wake(9_999_999);
    expect(scene.feed({ kind: 'cancel-requested', reason: null })).toEqual({ kind: 'cancel', cancelled: false });
    expect(scene.run).toBe(before);
  });
});

describe('the step limit', () => {
  test('an execution that would pass it fails with step-limit-exceeded', () => {
    const scene = Scene.of(
      { nodes: [agent('a'), human('b', ['u']), human('c', ['u'])], edges: [edge('a', 'b'), edge('a', 'c')] },
      { stepsMax: 2 },
    );
    scene.succeed('a');
    expect(scene.run.failureReason).toMatchObject({
      code: 'step-limit-exceeded',
      message: expect.stringContaining('at most 2'),
    });
    expect(scene.run.steps).toHaveLength(2);
    expect(scene.status('b')).toBe('cancelled');
  });
});

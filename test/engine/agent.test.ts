import { describe, expect, test } from '@jest/globals';
import { agent, edge, human, MARKETING, Scene } from './scene';

describe('an agent step', () => {
  test('a root is asked with triggerContext as its input, sent once', () => {
    const scene = Scene.of({ nodes: [agent('a', { promptOverride: 'Be brief' })] }, { triggerContext: { x: 1 } });
    expect(scene.asked('a')).toEqual({
      agentId: 'a-agent',
      executionId: 'exec_test',
      stepId: 'step_a_1000_abcdefgh',
      definitionId: 'under-test',
      correlationId: 'corr_test',
      input: null,
      triggerContext: { x: 1 },
      url: null,
      promptOverride: 'Be brief',
      mapped: {},
      userContext: {},
    });
  });

  test("a child's input is its parent's output, and mappings are resolved from it and from triggerContext", () => {
    const mapping = {
      title: 'input.headline',
      who: 'execution.input.by.name',
      none: 'input.missing',
      fixed: 'plain',
      n: 3,
    };
    const scene = Scene.of(
      {
        nodes: [agent('a'), agent('b', { inputMapping: mapping, userContextMapping: { all: 'execution.input' } })],
        edges: [edge('a', 'b')],
      },
      { triggerContext: { by: { name: 'Ada' } } },
    );
    scene.succeed('a', { headline: 'Hello' });
    expect(scene.asked('b')).toMatchObject({
      input: { headline: 'Hello', agentId: 'a-agent', generatedAt: 1_001 },
      mapped: { title: 'Hello', who: 'Ada', none: null, fixed: 'plain', n: 3 },
      userContext: { all: { by: { name: 'Ada' } } },
    });
  });

  test("a group successor's input holds the outputs of the members that completed", () => {
    const scene = Scene.of(MARKETING);
    scene.succeed('draft');
    scene.decide('legal', 'u_legal');
    scene.decide('brand', 'u_brand');
    expect(scene.asked('publish').input).toMatchObject({
      groupId: 'review',
      quorum: 2,
      totalApproved: 2,
      groupOutputs: { legal: { decision: 'approve' }, brand: { decision: 'approve' } },
    });
  });

  test.each([
    [{ url: 'https://a.acme.com/x' }, 'https://a.acme.com/x'],
    [{ urlPath: 'asset.url' }, 'https://in.acme.com/y'],
    [{ urlPath: 'asset.host' }, 'https://bare.acme.com/z'],
    [{ urlPath: 'asset.port' }, 'https://bare.acme.com:8443/z'],
    [{ url: 'https://a.acme.com/x', urlPath: 'asset.missing' }, 'https://a.acme.com/x'],
  ])('finds its url: %j', (config, url) => {
    const asset = { url: 'https://in.acme.com/y', host: 'bare.acme.com/z', port: 'bare.acme.com:8443/z' };
    const scene = Scene.of({ nodes: [agent('a', config)] }, { triggerContext: { asset } });
    expect(scene.asked('a').url).toBe(url);
  });

  test.each([['missing'], ['toString'], ['list.length']])(
    'a urlPath %s that leads nowhere fails the step',
    (urlPath) => {
      const scene = Scene.of({ nodes: [agent('a', { urlPath })] }, { triggerContext: { list: [] } });
      expect(scene.effects).toEqual([]);
      expect(scene.view()).toMatchObject({
        status: 'failed',
        failureReason: { code: 'step-failed' },
        steps: [{ status: 'failed', error: { code: 'agent-url-unresolved' } }],
      });
    },
  );

  test('its result becomes the output, with agentId and generatedAt added, and decides nothing by itself', () => {
    const scene = Scene.of({ nodes: [agent('a')] });
    scene.succeed('a', { summary: 'ok', agentId: 'forged', generatedAt: 0 });
    expect(scene.view().steps[0]!.output).toEqual({ summary: 'ok', agentId: 'a-agent', generatedAt: 1_001 });
    expect(scene.events.find((event) => event.type === 'step.completed')?.data).toEqual({
      nodeType: 'agent',
      agentId: 'a-agent',
    });
  });

  test('a decision that it returns is its decision', () => {
    const scene = Scene.of({ nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b', { on: 'reject' })] });
    scene.succeed('a', { decision: 'reject' });
    expect(scene.status('b')).toBe('waiting');
  });

  test('an empty result fails a node that requires a non-empty output, and only such a node', () => {
    const strict = Scene.of({ nodes: [agent('a', { requireNonEmptyOutput: true })] });
    strict.succeed('a', {});
    expect(strict.view().steps[0]).toMatchObject({ status: 'failed', error: { code: 'agent-empty-output' } });
    const lenient = Scene.of({ nodes: [agent('a')] });
    lenient.succeed('a', {});
    expect(lenient.run.status).toBe('completed');
  });

  test('an output over 256 KiB fails the step, one just below does not', () => {
    const sized = (bytes: number) => {
      const scene = Scene.of({ nodes: [agent('a')] });
      const overhead = JSON.stringify({ text: '', agentId: 'a-agent', generatedAt: 1_001 }).length;
      scene.succeed('a', { text: 'é'.repeat(Math.floor((bytes - overhead) / 2)) });
      return scene.step('a');
    };
    expect(sized(256 * 1024)).toMatchObject({ status: 'completed' });
    expect(sized(256 * 1024 + 2)).toMatchObject({ status: 'failed', error: { code: 'output-too-large' } });
  });

  test('a request over 1.5 MiB is never sent: the step fails as input-too-large', () => {
    const members = Array.from({ length: 8 }, (_, index) => agent(`m${index}`));
    const scene = Scene.of({
      nodes: [...members, agent('join')],
      edges: members.map((member) => edge(member.nodeId, 'join')),
      groups: [
        {
          groupId: 'g',
          memberNodeIds: members.map((member) => member.nodeId),
          expectedSteps: 6,
          quorum: 6,
          onQuorumMet: 'joinOnQuorum',
        },
      ],
    });
    // Six outputs of 200 KiB are 1.2 MiB; with the trigger's 400 KiB the request passes the bound.
    const heavy = Scene.of(
      {
        nodes: [
          agent('a'),
          agent('b', { inputMapping: { copy: 'execution.input.text', again: 'execution.input.text' } }),
        ],
        edges: [edge('a', 'b')],
      },
      { triggerContext: { text: 'x'.repeat(600 * 1024) } },
    );
    heavy.succeed('a');
    expect(heavy.step('b')).toMatchObject({ status: 'failed', error: { code: 'input-too-large' } });
    expect(heavy.effects).toEqual([]);
    expect(scene.run.status).toBe('running');
  });

  test('a failure ends the step with the code and message that came', () => {
    const scene = Scene.of({ nodes: [agent('a')] });
    scene.fail('a', 'model is down');
    expect(scene.view().steps[0]).toMatchObject({
      error: { code: 'agent-failed', message: 'model is down' },
      output: null,
    });
    expect(scene.run.failureReason).toEqual({
      code: 'step-failed',
      message: `Step "a" (${scene.step('a').stepId}) failed: agent-failed: model is down, and no edge of it handles that.`,
    });
  });

  test('what comes after the step has ended is ignored', () => {
    const scene = Scene.of({ nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b')] });
    scene.succeed('a', { first: true });
    const before = scene.run;
    expect(scene.succeed('a', { second: true })).toEqual({ kind: 'ignored-late' });
    expect(scene.fail('a')).toEqual({ kind: 'ignored-late' });
    expect(scene.feed({ kind: 'agent-succeeded', stepId: 'nowhere', result: {} })).toEqual({ kind: 'ignored-late' });
    expect(scene.run).toBe(before);
  });
});

// The bounds of an execution: steps, ids, and the size of its state (contract 2 section 5).
import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../src/definition/json';
import { LIMITS } from '../../src/definition/limits';
import { advance, NEW_RUN, refusalOf } from '../../src/engine/advance';
import type { CallerInput, Input } from '../../src/engine/input';
import type { Plan, Run } from '../../src/engine/run';
import { childStepId, groupStepId, loopEntryStepId, rootStepId } from '../../src/engine/step-id';
import { packRun, unpackRun } from '../../src/engine/stored';
import { codes, agent as shaped } from '../definition/shapes';
import { agent, edge, human, planOf, Scene, type Shape } from './scene';

describe('step ids', () => {
  test('each kind has its form', () => {
    expect(rootStepId('a', 17, 'xyz')).toBe('step_a_17_xyz');
    expect(childStepId({ stepId: 'step_a', nodeId: 'a' }, 'b')).toBe('step_a__to__b');
    expect(groupStepId('g', 1, 'b')).toBe('group_g__to__b');
    expect(groupStepId('g', 2, 'b')).toBe('group_g_iter_2__to__b');
    expect(loopEntryStepId('loop_a', 2, 'a')).toBe('loop_a_iter_2__to__a');
  });

  test('an id of exactly 200 characters stays as it is; one more and its parent part is hashed', () => {
    const parent = (length: number) => ({ stepId: 'p'.repeat(length), nodeId: 'node' });
    const fitting = 200 - '__to__b'.length;
    expect(childStepId(parent(fitting), 'b')).toBe(`${'p'.repeat(fitting)}__to__b`);
    // FNV-1a of 64 bits over the parent's id, in base 36.
    expect(childStepId(parent(fitting + 1), 'b')).toMatch(/^step_node_[0-9a-z]{13}__to__b$/);
    expect(childStepId(parent(fitting + 1), 'b')).not.toBe(childStepId(parent(fitting + 2), 'b'));
  });

  test('no id that is made can pass 200 characters, with the longest names there are', () => {
    const [node, other] = ['n'.repeat(64), 'o'.repeat(64)];
    const root = rootStepId(node, 9_999_999_999_999, 'x'.repeat(8));
    for (const id of [
      root,
      groupStepId(node, 20, other),
      loopEntryStepId(`loop_${node}`, 20, node),
      childStepId({ stepId: groupStepId(node, 20, other), nodeId: other }, node),
    ]) {
      expect(id.length).toBeLessThanOrEqual(LIMITS.stepIdLengthMax);
    }
  });
});

describe('step ids of parents and children that the linter takes', () => {
  /** All that can be made of these, up to three. */
  const parts = ['__to', 'to__', '_', 'x', 'to'];
  const ids = parts.flatMap((one) => [
    one,
    ...parts.flatMap((two) => [one + two, ...parts.map((end) => one + two + end)]),
  ]);
  const taken = [...new Set(ids)].filter((nodeId) => !codes({ nodes: [shaped(nodeId)] }).includes('reserved-id'));

  test('are different wherever one of the two is', () => {
    const made = taken.flatMap((parent) =>
      taken.map((child) => childStepId({ stepId: `step_r__to__${parent}`, nodeId: parent }, child)),
    );
    expect(taken.length).toBeGreaterThan(80);
    expect(new Set(made).size).toBe(made.length);
  });
});

describe('the step limit', () => {
  const chain: Shape = {
    nodes: [agent('a'), agent('b'), agent('c'), human('open', ['u'])],
    edges: [edge('a', 'b'), edge('b', 'c')],
  };

  test('an execution may have exactly that many steps', () => {
    const scene = Scene.of(chain, { stepsMax: 4 });
    scene.succeed('a');
    scene.succeed('b');
    scene.succeed('c');
    scene.decide('open', 'u');
    expect(scene.run.status).toBe('completed');
  });

  test('the step beyond it is not created: the execution fails, and what is open is cancelled', () => {
    const scene = Scene.of(chain, { stepsMax: 3 });
    scene.succeed('a');
    const before = scene.events.length;
    scene.succeed('b');
    expect(scene.run.failureReason).toEqual({
      code: 'step-limit-exceeded',
      message:
        'Step "step_a_1000_abcdefgh__to__b__to__c" would be number 4, and an execution may have at most 3 steps.',
    });
    expect(scene.run.steps).toHaveLength(3);
    expect(scene.types().slice(before)).toEqual(['step.completed b', 'step.cancelled open', 'execution.failed']);
    expect(scene.effects).toEqual([]);
  });

  test('it holds for the roots too', () => {
    const scene = Scene.of(chain, { stepsMax: 1 });
    expect(scene.run).toMatchObject({ status: 'failed', failureReason: { code: 'step-limit-exceeded' } });
    expect(scene.run.steps).toHaveLength(1);
    expect(scene.effects).toEqual([]);
  });

  test('of many children those that fit are created, and none of them is asked to work', () => {
    const fan: Shape = {
      nodes: [agent('a'), ...['b', 'c', 'd'].map((nodeId) => agent(nodeId))],
      edges: ['b', 'c', 'd'].map((to) => edge('a', to)),
    };
    const scene = Scene.of(fan, { stepsMax: 3 });
    scene.succeed('a');
    expect(scene.run.steps.map((step) => step.status)).toEqual(['completed', 'cancelled', 'cancelled']);
    expect(scene.effects).toEqual([]);
  });
});

describe('the state limit', () => {
  const KIB = 1024;
  /** Agents whose outputs fill the state, and reviewers who wait. */
  const heavy = (agents: number): Shape => ({
    nodes: [
      ...Array.from({ length: agents }, (_, n) => agent(`a${n}`)),
      human('review', ['u', 'v']),
      human('other', ['w']),
    ],
    edges: [],
  });
  const filled = (bytes: number, facts: object = {}) => {
    const scene = Scene.of(heavy(12), facts);
    let left = bytes - scene.run.bytes;
    for (let n = 0; n < 11; n++) {
      const size = Math.min(left - 200, 200 * KIB);
      if (size <= 0) break;
      const before = scene.run.bytes;
      scene.succeed(`a${n}`, { text: 'x'.repeat(size) });
      left -= scene.run.bytes - before;
    }
    return scene;
  };

  test('an agent result that passes it fails the execution, clearly and for good', () => {
    const scene = filled(LIMITS.runBytesMax - 100 * KIB);
    expect(scene.run.status).toBe('running');
    const running = scene.run.steps.find((step) => step.status === 'running');
    if (!running) throw new Error('an agent must still run');
    scene.succeed(running.nodeId, { text: 'x'.repeat(200 * KIB) });
    expect(scene.run.status).toBe('failed');
    expect(scene.run.failureReason).toEqual({
      code: 'state-limit-exceeded',
      message: expect.stringMatching(/^The execution's state would take \d+ bytes; at most 1572864 can be kept\.$/),
    });
    expect(scene.types().at(-1)).toBe('execution.failed');
    expect(scene.run.steps.every((step) => step.status !== 'waiting' && step.status !== 'running')).toBe(true);
  });

  test('a decision that would pass it is refused before it is recorded, and nothing changes', () => {
    const scene = filled(LIMITS.runBytesMax - KIB);
    const before = scene.run;
    const events = scene.events.length;
    expect(scene.decide('review', 'u', 'approve', 'r'.repeat(1_500))).toEqual({
      kind: 'refused',
      code: 'state-limit-exceeded',
      message: expect.stringMatching(
        /^The execution's state would take \d+ bytes; at most 1572864 can be kept\. Nothing was recorded \(state-limit-exceeded\)\. A shorter reason or output may fit, and executions\/cancel always does\.$/,
      ),
    });
    expect(scene.run).toBe(before);
    expect(scene.events).toHaveLength(events);
    expect(scene.run.status).toBe('running');
  });

  test('one that still fits is recorded', () => {
    const scene = filled(LIMITS.runBytesMax - KIB);
    expect(scene.decide('review', 'u', 'approve', 'short')).toMatchObject({ kind: 'response-recorded' });
  });

  test('an override is refused so too, and so is the cancel of a step', () => {
    const scene = filled(LIMITS.runBytesMax - KIB);
    const output = { text: 'x'.repeat(2 * KIB) };
    expect(scene.override('review', 'force-complete', { output })).toMatchObject({ code: 'state-limit-exceeded' });
    expect(scene.cancelStep('other', 'c'.repeat(500))).toEqual({ kind: 'step-ended' });
    const tight = filled(LIMITS.runBytesMax - 250);
    const before = tight.run;
    expect(tight.cancelStep('review', 'c'.repeat(500))).toMatchObject({ code: 'state-limit-exceeded' });
    expect(tight.run).toBe(before);
    expect(tight.cancelStep('review', 'short')).toEqual({ kind: 'step-ended' });
  });

  test('the execution itself is cancelled however full it is', () => {
    const scene = filled(LIMITS.runBytesMax - 120);
    expect(scene.feed({ kind: 'cancel-requested', reason: 'c'.repeat(500) })).toEqual({
      kind: 'cancel',
      cancelled: true,
    });
    expect(scene.run.status).toBe('cancelled');
  });

  test('in an execution of before, the cancel of a step is recorded and fails it', () => {
    const scene = filled(LIMITS.runBytesMax - 120, { refusesFatalCancels: undefined });
    expect(scene.cancelStep('review', 'c'.repeat(500))).toEqual({ kind: 'step-ended' });
    expect(scene.run.failureReason?.code).toBe('state-limit-exceeded');
  });

  test('what is refused is the same as what advance would not do', () => {
    const scene = filled(LIMITS.runBytesMax - KIB);
    const { stepId } = scene.step('review');
    for (const length of [0, 200, 400, 600, 800, 1_000, 1_200]) {
      const input: CallerInput = {
        kind: 'reviewer-decided',
        at: scene.now,
        stepId,
        reviewerId: 'u',
        decision: 'approve',
        reason: 'r'.repeat(length),
      };
      const { run, reply } = advance(scene.plan, scene.run, input);
      const refusal = refusalOf(scene.plan, scene.run, input);
      if (refusal === null) expect(run.status).toBe('running');
      else expect([reply, run]).toEqual([refusal, scene.run]);
      expect(run.bytes).toBeLessThanOrEqual(LIMITS.runBytesMax);
    }
  });

  test('a decision whose consequences would pass it, and not its own size, is refused', () => {
    const fans: Shape = {
      nodes: [human('review', ['u']), ...Array.from({ length: 30 }, (_, n) => human(`n${n}`, ['v']))],
      edges: Array.from({ length: 30 }, (_, n) => edge('review', `n${n}`)),
    };
    const scene = new Scene(planOf(fans));
    scene.feed({ kind: 'dispatched', nonce: 'n' });
    const nearlyFull: Run = { ...scene.run, bytes: LIMITS.runBytesMax - 2 * KIB };
    const { stepId } = scene.step('review');
    const input = {
      kind: 'reviewer-decided',
      at: 2_000,
      stepId,
      reviewerId: 'u',
      decision: 'approve',
      reason: null,
    } as const;
    const result = advance(scene.plan, nearlyFull, input);
    expect(result.reply).toMatchObject({ kind: 'refused', code: 'state-limit-exceeded' });
    expect(result.run).toBe(nearlyFull);
  });
});

describe('what the conditions of an execution cost together', () => {
  const N = 10;
  const each = <T>(of: (n: number) => T): T[] => Array.from({ length: N }, (_, n) => of(n));
  /** Hundreds of steps of one node, for nothing joins them. */
  const hundreds = (...whens: readonly string[]): Shape => ({
    nodes: [
      agent('root'),
      ...each((n) => agent(`b${n}`)),
      ...each((n) => agent(`c${n}`)),
      agent('many'),
      agent('next'),
    ],
    edges: [
      ...each((n) => edge('root', `b${n}`)),
      ...each((n) => each((m) => edge(`b${n}`, `c${m}`))).flat(),
      ...each((n) => edge(`c${n}`, 'many')),
      ...whens.map((when) => edge('many', 'next', { when })),
    ],
  });
  const TEXT = `${'a'.repeat(120_000)}b`;
  const searched = ['a', 'b', 'c', 'd'].map((name) => `includes(execution.input.text, output.${name})`).join(' || ');

  function ended(plan: Plan): Run {
    const apply = (run: Run, input: Input) => advance(plan, run, input).run;
    let run = apply(NEW_RUN, { kind: 'dispatched', at: 1, nonce: 'n' });
    const isEarlier = (step: Run['steps'][number]) => step.status === 'running' && step.nodeId !== 'many';
    const endAll = (which: (step: Run['steps'][number]) => boolean, result: JsonObject) => {
      for (const { stepId } of run.steps.filter(which)) {
        run = apply(run, { kind: 'agent-succeeded', at: 2, stepId, result });
      }
    };
    while (run.steps.some(isEarlier)) endAll(isEarlier, { ok: true });
    const part = (end: string) => `${'a'.repeat(25)}${end}`;
    endAll(({ nodeId }) => nodeId === 'many', { a: part('x'), b: part('y'), c: part('z'), d: part('b') });
    return run;
  }

  const fired = (run: Run) => run.steps.filter((step) => step.nodeId === 'many' && step.fired).length;

  test('is bounded, however many steps end at once', () => {
    const run = ended(planOf(hundreds(searched), { triggerContext: { text: TEXT } }));
    const cost = 4 * (1 + TEXT.length + 26);
    expect(fired(run)).toBe(Math.floor(LIMITS.whenWorkOfExecutionMax / cost));
    expect(fired(run)).toBeLessThan(N * N);
    expect(run.conditionWork).toBe(LIMITS.whenWorkOfExecutionMax);
    expect(run.failureReason).toBe(null);
  });

  test('is nothing for those that ask little: they are answered when all is spent', () => {
    const run = ended(planOf(hundreds(searched, 'length(output.d) == 26'), { triggerContext: { text: TEXT } }));
    expect(run.conditionWork).toBe(LIMITS.whenWorkOfExecutionMax);
    expect(fired(run)).toBe(N * N);
  });

  test('has no bound in an execution that was dispatched before there was one', () => {
    const { facts, ...plan } = planOf(hundreds(searched), { triggerContext: { text: TEXT } });
    const { boundsConditions: _, ...earlier } = facts;
    const run = ended({ ...plan, facts: earlier });
    expect(fired(run)).toBe(N * N);
    expect(run.conditionWork).toBe(0);
  });

  test('goes on in a new run of the workflow', () => {
    const scene = Scene.of(
      { nodes: [agent('a'), agent('b'), agent('c')], edges: [edge('a', 'b', { when: 'includes(output.t, "x")' })] },
      {},
    );
    expect(JSON.stringify(packRun(scene.plan, scene.run))).not.toContain('conditionWork');
    scene.succeed('a', { t: 'y'.repeat(1_000) });
    expect(scene.run.conditionWork).toBe(1_002);
    expect(unpackRun(scene.plan, packRun(scene.plan, scene.run)).conditionWork).toBe(1_002);
  });
});

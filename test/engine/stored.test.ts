// The stored form of a run: what continue-as-new carries (contract 2 sections 5 and 8). That a run is the same again when it
// was stored and read back, and takes no more bytes than it counts, is checked after every input of every scene (scene.ts).
import { describe, expect, test } from '@jest/globals';
import { jsonBytes } from '../../src/definition/json';
import { LIMITS } from '../../src/definition/limits';
import { EVENT_TYPES } from '../../src/engine/event';
import { allEvents } from '../../src/engine/event-log';
import { type PackedRun, packRun, unpackRun } from '../../src/engine/stored';
import { workInFlight } from '../../src/engine/work';
import { agent, assertStorable, blocking, edge, human, loopEdge, Scene, type Shape, toGroup, webhook } from './scene';

const restore = (scene: Scene) => {
  scene.run = unpackRun(scene.plan, JSON.parse(JSON.stringify(packRun(scene.plan, scene.run))) as PackedRun);
};

/** Everything at once: a loop over a group, a blocking agent, deadlines, and steps that run side by side. */
const EVERYTHING: Shape = {
  nodes: [
    agent('draft', {}, { slaMs: 50_000 }),
    human('legal', ['lea', 'liv']),
    human('brand', ['bob']),
    blocking('check', 1),
    human('aside', ['eve'], { slaMs: 100 }),
    human('late', ['lou']),
    agent('broken'),
    human('odd', ['ova']),
  ],
  edges: [
    edge('draft', 'legal'),
    edge('draft', 'brand'),
    edge('legal', 'check'),
    edge('brand', 'check'),
    edge('aside', 'late', { on: 'always' }),
    edge('broken', 'late', { on: 'always' }),
    loopEdge(toGroup('g'), 'draft', 3),
  ],
  groups: [
    { groupId: 'g', memberNodeIds: ['legal', 'brand'], expectedSteps: 2, quorum: 2, onQuorumMet: 'joinOnQuorum' },
  ],
};
const REMINDING = {
  nodeId: 'review',
  type: 'human',
  config: { reviewerIds: ['ann', 'bob'], remindEveryMs: 1_000 },
};
const PLAY: readonly ((scene: Scene) => unknown)[] = [
  (scene) => scene.fail('broken', 'no é, no …'),
  (scene) => scene.succeed('draft', { text: 'one' }),
  (scene) => scene.decide('legal', 'lea', 'approve', 'fine'),
  (scene) => scene.wake(1_100),
  (scene) => scene.reject('brand', 'bob', 'no'),
  (scene) => scene.decide('legal', 'liv'),
  (scene) => scene.succeed('draft', { text: 'two' }),
  (scene) => scene.override('legal', 'force-approve', { output: { note: 'n' }, reason: 'late' }),
  (scene) => scene.decide('brand', 'bob'),
  (scene) => scene.succeed('check', { responses: [{ responseId: 'x' }, { responseId: 'y' }] }),
  (scene) => scene.resolve('check', 'x', 'rejected', 'bad'),
  (scene) => scene.resolve('check', 'y'),
  (scene) => scene.cancelStep('odd', 'not needed'),
  (scene) => {
    const { stepId } = scene.steps('late')[0]!;
    scene.feed({ kind: 'reviewer-decided', stepId, reviewerId: 'lou', decision: 'approve', reason: null });
  },
  (scene) => scene.feed({ kind: 'cancel-requested', reason: 'enough' }),
];

describe('a run that is stored and read back', () => {
  test('goes on exactly as it would have, at whatever point that was', () => {
    const whole = Scene.of(EVERYTHING);
    for (const move of PLAY) move(whole);
    expect(whole.run.status).toBe('cancelled');
    for (let point = 0; point <= PLAY.length; point++) {
      const scene = Scene.of(EVERYTHING);
      PLAY.forEach((move, index) => {
        if (index === point) restore(scene);
        move(scene);
      });
      if (point === PLAY.length) restore(scene);
      expect(scene.run).toEqual(whole.run);
      expect(scene.events).toEqual(whole.events);
    }
  });

  test('asks the agents that were at work again, in the same words', () => {
    const scene = Scene.of(EVERYTHING);
    const asked = scene.effects.map((effect) => (effect.kind === 'run-agent' ? effect : null));
    restore(scene);
    expect(workInFlight(scene.plan, scene.run)).toEqual(asked);
    expect(asked).toHaveLength(2);
    scene.fail('broken');
    scene.succeed('draft');
    expect(workInFlight(scene.plan, scene.run)).toEqual([]);
  });

  test('keeps what every type of event said', () => {
    const scene = Scene.of(EVERYTHING);
    for (const move of PLAY) move(scene);
    const others = [
      Scene.of({ nodes: [agent('a')] }),
      Scene.of({ nodes: [agent('a')] }),
      Scene.of({ nodes: [agent('a'), agent('b')], edges: [edge('a', 'b'), loopEdge('b', 'a', 1)] }),
      Scene.of({ nodes: [webhook('a', { mode: 'async' })] }),
      Scene.of({ nodes: [REMINDING] }),
    ];
    others[4]!.wake(2_000);
    others[4]!.reassign('review', 'ann', 'cleo', 'away');
    others[4]!.decide('review', 'cleo');
    others[4]!.wake(3_000);
    others[4]!.reassign('review', 'bob', 'ann');
    others[4]!.reject('review', 'ann');
    const response = { httpStatus: 202, responseHeaders: {}, responseText: '' };
    others[3]!.feed({ kind: 'webhook-answered', stepId: others[3]!.step('a').stepId, response });
    others[0]!.succeed('a');
    others[1]!.fail('a');
    others[2]!.succeed('a');
    others[2]!.succeed('b', { decision: 'reject', reason: 'no' });
    const all = [scene, ...others];
    expect(new Set(all.flatMap((it) => it.events.map((event) => event.type)))).toEqual(new Set(EVENT_TYPES));
    for (const it of all) {
      restore(it);
      expect(allEvents(it.run.log)).toEqual(it.events);
    }
  });

  test('keeps what a reminder said without storing it', () => {
    const scene = Scene.of({ nodes: [REMINDING] });
    scene.wake(2_000);
    scene.reassign('review', 'ann', 'cleo', 'away');
    scene.decide('review', 'bob');
    scene.wake(3_000);
    expect(scene.data('step.reminder').map((data) => data?.reviewerIds)).toEqual([['ann', 'bob'], ['cleo']]);
    expect(packRun(scene.plan, scene.run).log.every((event) => event.length === 3 || event[3] === 0)).toBe(true);
    restore(scene);
    expect(allEvents(scene.run.log)).toEqual(scene.events);
    scene.wake(4_000);
    expect(scene.data('step.reminder').at(-1)).toEqual({ reviewerIds: ['cleo'], n: 3 });
  });

  test('takes a byte for reminders and reassignments only where there are some', () => {
    const { plan, run } = Scene.of({ nodes: [human('a', ['u'])] });
    expect(Object.keys(packRun(plan, run).steps[0]!)).toEqual(['n', 's', 'a']);
    expect(unpackRun(plan, packRun(plan, run)).steps[0]).toMatchObject({
      remindAt: null,
      reminded: 0,
      reassignments: [],
    });
  });

  test('leaves out what follows from the rest: ids, empty lists, and what events say twice', () => {
    const scene = Scene.of({ nodes: [agent('a'), human('b', ['u'])], edges: [edge('a', 'b')] });
    scene.succeed('a', {});
    const { steps, log } = packRun(scene.plan, scene.run);
    expect(steps).toEqual([
      { n: 0, s: 3, a: 0, z: 1, q: 4, o: { agentId: 'a-agent', generatedAt: 1_001 }, f: 1 },
      { n: 1, s: 2, c: 0, a: 1 },
    ]);
    expect(log.map((event) => event.length)).toEqual([3, 3, 3, 3, 3, 3, 3]);
  });

  test('is refused when it does not fit its definition', () => {
    const { plan, run } = Scene.of({ nodes: [agent('a')] });
    const packed = packRun(plan, run);
    const [step] = packed.steps;
    for (const broken of [
      { ...step!, n: 9 },
      { ...step!, s: 99 },
    ]) {
      expect(() => unpackRun(plan, { ...packed, steps: [broken] })).toThrow(
        'a stored step does not fit its definition',
      );
    }
    expect(() => unpackRun(plan, { ...packed, steps: [{ ...step!, c: 7 }] })).toThrow(
      'a stored step comes before its parent',
    );
    expect(() => unpackRun(plan, { ...packed, log: [[99, -1, 0]] })).toThrow('a stored event is of no known type');
  });
});

describe('the promise of contract 2 section 5', () => {
  test('1,000 steps with outputs and reasons just under 200 bytes and all their events fit, and run to the end', () => {
    // 20 authors, each of whom is reviewed by all of 49 people; the nodes have the longest names there are.
    const name = (kind: string, n: number) => `${kind}${n}`.padEnd(64, '-');
    const authors = Array.from({ length: 20 }, (_, n) => name('author', n));
    const reviews = Array.from({ length: 49 }, (_, n) => name('review', n));
    const scene = Scene.of({
      nodes: [...authors.map((id) => agent(id, { agentId: 'x' })), ...reviews.map((id) => human(id, ['u'.repeat(60)]))],
      edges: authors.map((from) => edge(from, toGroup('g'))),
      groups: [{ groupId: 'g', memberNodeIds: reviews, expectedSteps: 49, quorum: 49 }],
    });
    const text = (bytes: number) => ({ text: 'x'.repeat(bytes) });
    const output = text(199 - jsonBytes({ text: '', agentId: 'x', generatedAt: 1_001 }));
    for (const id of authors) scene.succeed(id, output);
    const reason = 'r'.repeat(199);
    for (const step of scene.run.steps) {
      if (step.status !== 'waiting') continue;
      scene.feed({
        kind: 'reviewer-decided',
        stepId: step.stepId,
        reviewerId: 'u'.repeat(60),
        decision: 'approve',
        reason,
      });
    }
    expect(scene.run.steps).toHaveLength(1_000);
    expect(scene.run.status).toBe('completed');
    expect(scene.run.bytes).toBeLessThan(LIMITS.runBytesMax);
    assertStorable(scene.plan, scene.run);
  });
});

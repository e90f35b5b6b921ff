// What the linter accepts always ends, or waits for something that can be named: a reviewer, an agent, a resolution.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lint } from '../definition/shapes';
import { cases } from '../support/cases';
import { Scene } from './scene';

const STEPS_MAX = 120;
const nodeOf = (nodeId: string, kind: number) => {
  if (kind % 3 === 0) return { nodeId, type: 'human', config: { reviewerIds: ['u'] } };
  const blocking = kind % 3 === 1 ? {} : { blocking: true, resolutionPolicy: { kind: 'minResolved', minCount: 2 } };
  return { nodeId, type: 'agent', config: { agentId: 'x', ...blocking } };
};
const ROLES = ['always', 'approve', 'reject', null, null] as const;
const POLICIES = ['waitAll', 'joinOnQuorum', 'cancelOnQuorum'] as const;
const small = fc.nat(30);

/** Nodes in a row, edges forward; some of them from and to groups of neighbours; loops that lead back. */
const anyShape = fc
  .record({
    kinds: fc.array(small, { minLength: 2, maxLength: 8 }),
    edges: fc.array(fc.tuple(small, small, small), { maxLength: 2 }),
    groups: fc.array(fc.tuple(small, small, small), { maxLength: 1 }),
    loops: fc.array(fc.tuple(small, small, small), { minLength: 1, maxLength: 1 }),
  })
  .map(({ kinds, edges, groups, loops }) => {
    const ids = kinds.map((_, i) => `n${i}`);
    const at = (number: number) => ids[number % ids.length] as string;
    const taken = new Set<string>();
    const made = groups.flatMap(([first, size, policy], index) => {
      const from = first % ids.length;
      const members = ids.slice(from, from + 1 + (size % 3)).filter((id) => !taken.has(id));
      for (const id of members) taken.add(id);
      if (members.length === 0) return [];
      const onQuorumMet = POLICIES[policy % 3];
      const quorum = onQuorumMet === 'cancelOnQuorum' ? members.length - 1 : members.length;
      return [{ groupId: `g${index}`, memberNodeIds: members, expectedSteps: members.length, quorum, onQuorumMet }];
    });
    const groupOf = (id: string) => made.find((it) => it.memberNodeIds.includes(id));
    const end = (id: string, isGroup: boolean) => {
      const group = isGroup ? groupOf(id) : undefined;
      return group ? { kind: 'group', groupId: group.groupId } : id;
    };
    const forward = edges.map(([a, b, c]) => {
      const [from, to] = [a % ids.length, b % ids.length].sort((x, y) => x - y) as [number, number];
      return { from: end(at(from), c % 2 === 0), to: end(at(to), c % 3 === 0), on: ROLES[c % 5] };
    });
    const back = loops.flatMap(([a, b, c]) => {
      const [to, from] = [a % ids.length, b % ids.length].sort((x, y) => x - y) as [number, number];
      const source = end(at(from), true);
      const way =
        typeof source === 'string'
          ? ids.slice(to, from).map((id, i) => ({ from: id, to: ids[to + i + 1], on: null }))
          : [{ from: at(to), to: source, on: null }];
      const loop = { from: source, to: at(to), on: 'reject', loop: { maxIterations: 1 + (c % 3) } };
      return c % 2 === 0 ? [...way, loop] : [...way, loop, { from: source, to: ids.at(-1), on: 'exhausted' }];
    });
    return { nodes: ids.map((id, i) => nodeOf(id, kinds[i] ?? 0)), edges: [...forward, ...back], groups: made };
  });

test('whatever the linter accepts ends, however its steps are answered', () => {
  let [accepted, looped] = [0, 0];
  fc.assert(
    fc.property(anyShape, fc.infiniteStream(small), (shape, answers) => {
      if (lint(shape).errors.length > 0) return;
      accepted++;
      const scene = Scene.of(shape, { stepsMax: STEPS_MAX });
      const next = () => answers.next().value as number;
      for (let inputs = 0; scene.run.status === 'running'; inputs++) {
        expect(inputs).toBeLessThan(4 * STEPS_MAX);
        const open = scene.run.steps.filter(({ status }) => ['pending', 'running', 'waiting'].includes(status));
        expect(open).not.toEqual([]);
        const before = scene.run.seq;
        answer(scene, open[next() % open.length] as (typeof open)[number], next());
        expect(scene.run.seq).toBeGreaterThan(before);
      }
      expect(scene.run.openSteps).toBe(0);
      expect(['completed', 'failed', 'cancelled']).toContain(scene.run.status);
      if (scene.events.some((event) => event.type === 'loop.iteration-started')) looped++;
    }),
    { numRuns: cases(800), seed: 20_261_124 },
  );
  expect(accepted).toBeGreaterThanOrEqual(cases(80) - 1);
  expect(looped).toBeGreaterThanOrEqual(cases(4) - 1);
});

function answer(
  scene: Scene,
  { stepId, status, nodeId, output, resolutions }: Scene['run']['steps'][number],
  by: number,
) {
  const decision = by % 2 === 0 ? 'reject' : 'approve';
  if (by % 11 === 0) {
    scene.feed({ kind: 'step-cancel-requested', stepId, actorId: 'admin', reason: null });
  } else if (status === 'running' && by % 7 === 0) {
    scene.feed({ kind: 'agent-failed', stepId, error: { code: 'agent-failed', message: 'boom' } });
  } else if (status === 'running') {
    const responses = [{ responseId: 'r1' }, { responseId: 'r2' }, { responseId: 'r3' }].slice(by % 3);
    scene.feed({ kind: 'agent-succeeded', stepId, result: { decision, responses } });
  } else if (scene.plan.graph.nodes.get(nodeId)?.type === 'human') {
    scene.feed({ kind: 'reviewer-decided', stepId, reviewerId: 'u', decision, reason: null });
  } else {
    const { responses } = output as unknown as { responses: { responseId: string }[] };
    const ids = responses.map((it) => it.responseId);
    const responseId = ids.find((id) => !resolutions.some((it) => it.responseId === id)) ?? '';
    const resolution = by % 3 === 0 ? 'rejected' : 'resolved';
    scene.feed({ kind: 'agent-resolved', stepId, responseId, resolution, actorId: 'x', reason: null });
  }
}

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EXAMPLE_DEFINITION } from '../../src/api/examples';
import { compile } from '../../src/definition/compile';
import { cases } from '../support/cases';
import { agent, codes, edge, exhausted, group, human, lint, loop, of, reject } from './shapes';

describe('the linter', () => {
  test('accepts the seed example as it stands', () => {
    expect(codes(EXAMPLE_DEFINITION)).toEqual([]);
  });

  test('reports everything that is wrong at once', () => {
    expect(
      codes({
        nodes: [agent('a'), agent('a'), { nodeId: 'b', type: 'human' }],
        edges: [edge('a', 'ghost'), edge('a', 'b', { on: 'custom' })],
        groups: [group({ quorum: 9, memberNodeIds: ['ghost'] })],
      }),
    ).toEqual(
      expect.arrayContaining([
        'duplicate-node-id',
        'node-missing-config',
        'dangling-edge',
        'edge-custom-requires-when',
        'group-quorum-invalid',
        'group-member-missing',
      ]),
    );
  });

  test('warns of nothing about what is not there', () => {
    const shape = { nodes: [{ nodeId: 'a', type: 'agent' }], edges: [edge('ghost', 'a', { on: 'always' })] };
    const { errors, warnings } = lint(shape, new Set(['known-agent']));
    expect(errors.map(({ code }) => code).sort()).toEqual(['dangling-edge', 'node-missing-config']);
    expect(warnings).toEqual([]);
  });

  test('shows every cycle', () => {
    const { errors } = lint({
      nodes: ['a', 'b', 'c', 'd', 'e'].map((id) => agent(id)),
      edges: [edge('a', 'b'), edge('b', 'c'), edge('c', 'b'), edge('a', 'd'), edge('d', 'e'), edge('e', 'd')],
    });
    const shown = errors.filter((finding) => finding.code === 'cycle-detected').map((finding) => finding.message);
    expect(shown.map((text) => /: (.*)\. Remove/.exec(text)?.[1]).sort()).toEqual(['b -> c -> b', 'd -> e -> d']);
  });

  test.each([
    [100, 100, 'The edge from "a" to "b" is on custom and needs a "when".'],
    [101, 101, 'There is more of this kind; mend the first 100 and look again.'],
    [150, 101, 'There is more of this kind; mend the first 100 and look again.'],
  ])('of %i findings of one rule shows %i, the last of which is: %s', (broken, shown, last) => {
    const edges = Array.from({ length: broken }, () => edge('a', 'b', { on: 'custom' }));
    const { errors } = lint({ nodes: [agent('a'), agent('b')], edges });
    expect(errors).toHaveLength(shown);
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(['edge-custom-requires-when']));
    expect(errors.map(({ path }) => path)).toEqual(errors.map((_, index) => `edges[${index}].when`));
    expect(errors.at(-1)?.message).toBe(last);
  });

  test('names three members of a joinOnQuorum group that lead to different nodes, however many there are', () => {
    const ids = Array.from({ length: 100 }, (_, index) => `node-${index}`);
    const [first = '', ...others] = ids;
    const everywhere = others.map((nodeId) => edge(nodeId, of('all')));
    const { errors } = lint({
      nodes: ids.map((nodeId) => agent(nodeId)),
      edges: [...everywhere, edge(first, 'node-5'), edge('node-1', first), edge('node-2', 'node-1')],
      groups: [
        group({ groupId: 'all', memberNodeIds: others }),
        group({ groupId: 'joined', memberNodeIds: ids, onQuorumMet: 'joinOnQuorum' }),
      ],
    });
    const [found] = errors.filter(({ code }) => code === 'group-joinonquorum-members-must-share-successors');
    const members = /same nodes: (.*)\.$/.exec(found?.message ?? '')?.[1]?.split('; ') ?? [];
    expect(members.map((text) => text.slice(0, 14))).toEqual(['node-0 -> node', 'node-1 -> node', 'node-2 -> node']);
  });

  test('gives a condition, or null, for each edge, as its parser reads it', () => {
    const edges = [edge('a', 'b', { when: 'output.x == 1' }), edge('a', 'b'), edge('a', 'b', { when: 'true' })];
    const { draft, conditions, compiled } = lint({ nodes: [agent('a'), agent('b')], edges });
    if (!draft) throw new Error('refused');
    expect(conditions).toEqual([{ op: 'eq', args: [{ var: 'output.x' }, 1] }, null, true]);
    expect(compile({ ...draft, conditions })).toEqual(compiled);
  });

  test('drops what the draft cannot say', () => {
    const { draft } = lint({ nodes: [agent('a')], version: 7, status: 'active' });
    expect(Object.keys(draft ?? {}).sort()).toEqual(
      ['custom', 'definitionId', 'description', 'edges', 'groups', 'name', 'nodes', 'scope', 'tags'].sort(),
    );
  });

  test('never throws, whatever graph the schema lets through, and never accepts a cycle or an overlap', () => {
    fc.assert(
      fc.property(anyShape, fc.boolean(), (drawn, hasConfig) => {
        const config: Record<string, object> = {
          agent: { agentId: 'x' },
          human: { reviewerIds: ['u'] },
          webhook: { url: 'https://a.acme.com' },
        };
        const nodes = drawn.nodes.map((node) => (hasConfig ? { ...node, config: config[node.type] } : node));
        const { errors, compiled, draft, conditions } = lint({ ...drawn, nodes });
        expect(compiled === null).toBe(errors.length > 0);
        expect(draft === null).toBe(errors.length > 0);
        for (const finding of errors) expect(finding.path).not.toBe('');
        if (!compiled || !draft) return;
        expect(conditions).toHaveLength(draft.edges.length);
        const bodies = compiled.loops.flatMap((it) => it.bodyNodeIds);
        expect(new Set(bodies).size).toBe(bodies.length);
        expect(longestPath(compiled.forwardEdges, draft.nodes.length)).toBeLessThan(draft.nodes.length);
      }),
      { numRuns: cases(500) },
    );
  });

  test('never takes a prototype for a node or a group', () => {
    const ids = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    const shape = {
      nodes: [...ids.map((id) => human(id)), agent('prototype')],
      edges: [
        edge('prototype', of('__proto__')),
        edge(of('__proto__'), 'toString'),
        loop(of('__proto__'), 'prototype'),
        exhausted(of('__proto__'), 'hasOwnProperty'),
        reject('toString', 'hasOwnProperty'),
      ],
      groups: [group({ groupId: '__proto__', memberNodeIds: ids.slice(0, 2), onQuorumMet: 'joinOnQuorum' })],
    };
    const { errors, compiled } = lint(shape);
    expect(errors).toEqual([]);
    expect(compiled?.loops).toEqual([
      {
        loopId: 'loop_prototype',
        entryNodeId: 'prototype',
        bodyNodeIds: ['__proto__', 'constructor', 'prototype'],
        maxIterations: 3,
        onExhausted: { routeToNodeId: 'hasOwnProperty' },
      },
    ]);
  });
});

const id = fc.constantFrom('a', 'b', 'c', 'd', 'd__to__e', '__proto__');
const endpoint = fc.oneof(
  { weight: 4, arbitrary: id },
  { weight: 1, arbitrary: id.map((groupId) => ({ kind: 'group', groupId })) },
);
const anyShape = fc.record({
  nodes: fc.array(
    fc.record({
      nodeId: id,
      type: fc.constantFrom('agent', 'human', 'human', 'webhook'),
      slaMs: fc.option(fc.integer({ min: 1, max: 9 })),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  edges: fc.array(
    fc.record({
      from: endpoint,
      to: endpoint,
      on: fc.option(fc.constantFrom('always', 'approve', 'reject', 'custom', 'exhausted')),
      when: fc.option(fc.constantFrom('true', 'output.a', 'nonsense('), { freq: 1 }),
      loop: fc.option(fc.constant({ maxIterations: 2 }), { freq: 1 }),
    }),
    { maxLength: 10 },
  ),
  groups: fc.array(
    fc.record({
      groupId: id,
      memberNodeIds: fc.array(id, { maxLength: 4 }),
      expectedSteps: fc.integer({ min: -1, max: 5 }),
      quorum: fc.integer({ min: -1, max: 5 }),
      onQuorumMet: fc.constantFrom('waitAll', 'joinOnQuorum', 'cancelOnQuorum'),
      requiredNodeIds: fc.option(fc.array(id, { maxLength: 3 })),
    }),
    { maxLength: 3 },
  ),
});

/** The number of edges on the longest path, at most `bound`: a cycle reaches any bound. */
function longestPath(edges: readonly { from: string; to: string }[], bound: number): number {
  const length = new Map<string, number>();
  for (let round = 0; round < bound; round++) {
    for (const { from, to } of edges) length.set(to, Math.max(length.get(to) ?? 0, (length.get(from) ?? 0) + 1));
  }
  return Math.min(bound, Math.max(0, ...length.values()));
}

// The compiled form and the index that the engine walks: groups expanded, loops with their bodies, ranks of edges.
import { describe, expect, test } from '@jest/globals';
import { compile } from '../../src/definition/compile';
import { indexGraph } from '../../src/definition/graph';
import { LIMITS } from '../../src/definition/limits';
import { agent, edge, exhausted, group, human, lint, loop, of, reject } from './shapes';

function accepted(shape: object) {
  const { draft, conditions, errors } = lint(shape);
  if (!draft) throw new Error(JSON.stringify(errors));
  return { ...draft, conditions };
}

const shape = {
  nodes: [agent('w'), human('a'), human('b'), agent('x'), agent('y'), agent('late')],
  groups: [group({ onQuorumMet: 'joinOnQuorum' })],
  edges: [
    edge('w', of('g'), { when: 'output.ready' }),
    exhausted(of('g'), 'late'),
    loop(of('g'), { kind: 'node', nodeId: 'w' }, 4),
    edge(of('g'), 'x'),
    edge('a', 'y', { on: 'approve' }),
    edge('b', 'y'),
    edge('x', 'late', { on: 'always' }),
  ],
};
const sequence = {
  nodes: [agent('before'), agent('w'), human('h'), agent('x'), agent('y')],
  edges: [
    edge('before', 'w'),
    loop('h', 'w', 2),
    edge('w', 'h'),
    exhausted('h', 'y'),
    edge('h', 'x'),
    reject('x', 'y'),
  ],
};
const COMPLETED = { op: 'eq', args: [{ var: 'step.status' }, 'completed'] };
const decided = (op: string, decision: string) => ({
  op: 'and',
  args: [COMPLETED, { op, args: [{ var: 'output.decision' }, decision] }],
});
const DEFAULT = decided('ne', 'reject');

describe('the compiled form', () => {
  test('has one edge for each member, and roles as expressions', () => {
    expect(compile(accepted(shape)).forwardEdges).toEqual([
      { from: 'w', to: 'a', role: 'custom', when: { var: 'output.ready' }, toGroupId: 'g' },
      { from: 'w', to: 'b', role: 'custom', when: { var: 'output.ready' }, toGroupId: 'g' },
      { from: 'a', to: 'x', role: 'default', when: DEFAULT, fromGroupId: 'g' },
      { from: 'b', to: 'x', role: 'default', when: DEFAULT, fromGroupId: 'g' },
      { from: 'a', to: 'y', role: 'approve', when: decided('eq', 'approve') },
      { from: 'b', to: 'y', role: 'default', when: DEFAULT },
      { from: 'x', to: 'late', role: 'always', when: null },
    ]);
    expect(compile(accepted(sequence)).forwardEdges.at(-1)).toMatchObject({ when: decided('eq', 'reject') });
  });

  test('has each loop with its body and its way out', () => {
    expect(compile(accepted(shape)).loops).toEqual([
      {
        loopId: 'loop_w',
        entryNodeId: 'w',
        bodyNodeIds: ['w', 'a', 'b'],
        maxIterations: 4,
        onExhausted: { routeToNodeId: 'late' },
      },
    ]);
    const without = { ...sequence, edges: sequence.edges.filter((it) => !('on' in it) || it.on !== 'exhausted') };
    expect(compile(accepted(without)).loops).toEqual([
      { loopId: 'loop_w', entryNodeId: 'w', bodyNodeIds: ['w', 'h'], maxIterations: 2, onExhausted: null },
    ]);
    expect(compile(accepted({ nodes: [agent('a')] })).loops).toEqual([]);
  });
});

describe('the index', () => {
  test('ranks edges as they were authored, members in the order of their group', () => {
    const graph = indexGraph(accepted(shape));
    const work = LIMITS.whenWorkMax;
    expect(graph.edgesFrom.get('w')).toEqual([
      { to: 'a', role: 'custom', when: { var: 'output.ready' }, work, order: 0 },
      { to: 'b', role: 'custom', when: { var: 'output.ready' }, work, order: 1 },
    ]);
    expect(graph.edgesFrom.get('a')).toEqual([
      { to: 'y', role: 'approve', when: decided('eq', 'approve'), work, order: 8 },
    ]);
    expect(graph.collectiveEdges).toEqual(
      new Map([['g', [{ to: 'x', role: 'default', when: DEFAULT, work, order: 6 }]]]),
    );
    expect(graph.edgesFrom.get('x')).toEqual([{ to: 'late', role: 'always', when: null, work, order: 10 }]);
    expect([...graph.edgesFrom.keys()]).toEqual(['w', 'a', 'b', 'x']);
  });

  test('has roots without loops, and without what an exhausted edge leads to', () => {
    expect(indexGraph(accepted(shape)).roots).toEqual(['w']);
    expect(indexGraph(accepted(sequence)).roots).toEqual(['before']);
  });

  test('has loops by where they begin and by whom they have in their body', () => {
    const bounded = indexGraph(accepted(shape));
    expect(bounded.loopFromNode).toEqual(new Map());
    expect(bounded.loopFromGroup.get('g')).toEqual({
      loopId: 'loop_w',
      entryNodeId: 'w',
      body: new Set(['w', 'a', 'b']),
      maxIterations: 4,
      order: 4,
      exhausted: { to: 'late', order: 2 },
    });
    expect([...bounded.loopAround.keys()]).toEqual(['w', 'a', 'b']);

    const sequential = indexGraph(accepted(sequence));
    expect(sequential.loopFromGroup).toEqual(new Map());
    expect(sequential.loopFromNode.get('h')).toMatchObject({ order: 1, exhausted: { to: 'y', order: 3 } });
    expect([...sequential.loopAround.keys()]).toEqual(['w', 'h']);
    expect(sequential.edgesFrom.get('h')?.map(({ to }) => to)).toEqual(['x']);
  });

  test('has nodes and groups by id, and the group of each member', () => {
    const graph = indexGraph(accepted(shape));
    expect([...graph.nodes.keys()]).toEqual(['w', 'a', 'b', 'x', 'y', 'late']);
    expect([...graph.groups.keys()]).toEqual(['g']);
    expect([...graph.groupOf].map(([nodeId, { groupId }]) => [nodeId, groupId])).toEqual([
      ['a', 'g'],
      ['b', 'g'],
    ]);
  });

  test('gives the conditions of a definition equal shares of what they may spend', () => {
    const many = Array.from({ length: 400 }, () => edge('a', 'b', { when: 'true' }));
    const graph = indexGraph(accepted({ nodes: [agent('a'), agent('b')], edges: many }));
    expect(graph.edgesFrom.get('a')?.[399]?.work).toBe(12_500);
  });
});

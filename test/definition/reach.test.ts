// Cycles of a graph, and an order without them, whatever order the nodes were authored in.
import { describe, expect, test } from '@jest/globals';
import { disjointCycles, topologicalOrder } from '../../src/definition/lint/reach';

const following = (edges: Record<string, readonly string[]>) => (nodeId: string) => edges[nodeId] ?? [];

describe('the order of nodes', () => {
  test('has each node after all that lead to it, though they were authored the other way round', () => {
    const edges = { a: ['c', 'b'], b: ['d'], c: ['d', 'e'], e: ['d'] };
    expect(topologicalOrder(['d', 'e', 'b', 'c', 'a'], following(edges))).toEqual(['a', 'c', 'b', 'e', 'd']);
  });

  test('leaves out the nodes of cycles, and what only follows them', () => {
    const edges = { a: ['b'], x: ['y'], y: ['x', 'z'], s: ['s'] };
    expect(topologicalOrder(['z', 'y', 'x', 's', 'b', 'a'], following(edges))).toEqual(['a', 'b']);
  });
});

describe('the cycles', () => {
  test.each<[string, Record<string, readonly string[]>, readonly (readonly string[])[]]>([
    ['none', { a: ['b', 'c'], b: ['d'], c: ['d'] }, []],
    ['a node that leads to itself', { a: ['a'] }, [['a']]],
    ['without the way to them', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, [['b', 'c', 'd']]],
    [
      'two of them',
      { a: ['b'], b: ['a'], c: ['d'], d: ['c'] },
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['one of two that share a node', { a: ['b', 'c'], b: ['a'], c: ['a'] }, [['a', 'c']]],
    [
      'the second behind the first',
      { a: ['b'], b: ['a', 'c'], c: ['d'], d: ['c'] },
      [
        ['c', 'd'],
        ['a', 'b'],
      ],
    ],
  ])('are shown: %s', (_name, edges, cycles) => {
    expect(disjointCycles(['a', 'b', 'c', 'd'], following(edges))).toEqual(cycles);
  });
});

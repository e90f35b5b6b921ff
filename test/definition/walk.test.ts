// Graphs as pairs of nodes: who follows whom, and what a path leads to, cycles and unknown nodes included.
import { describe, expect, test } from '@jest/globals';
import { walkOf } from '../../src/definition/walk';

const ids = ['a', 'b', 'c', 'd', 'alone'];
const pairs = [
  ['a', 'c'],
  ['a', 'b'],
  ['a', 'c'],
  ['b', 'd'],
  ['d', 'b'],
  ['a', 'ghost'],
  ['ghost', 'a'],
] as const;

describe('a walk', () => {
  const walk = walkOf(ids, pairs);

  test('has every pair of known nodes once, in the order of the pairs', () => {
    expect(ids.map((id) => walk.successors(id))).toEqual([['c', 'b'], ['d'], [], ['b'], []]);
    expect(ids.map((id) => walk.predecessors(id))).toEqual([[], ['a', 'd'], ['a'], ['b'], []]);
  });

  test('leads from a node to itself and to whatever a path leads to, and nowhere else', () => {
    const reached = ids.map((from) => ids.filter((to) => walk.leadsTo(from, to)).join(''));
    expect(reached).toEqual(['abcd', 'bd', 'c', 'bd', 'alone']);
  });

  test('says what leads to nodes, which is whatever leads to one of them', () => {
    const leading = (...to: string[]) => ids.filter((from) => walk.leadingTo(to).has(from)).join('');
    expect([leading('a'), leading('b'), leading('c'), leading('c', 'd'), leading('alone', 'ghost'), leading()]).toEqual(
      [...['a', 'abd', 'ac', 'abcd', 'alone', '']],
    );
  });

  test('knows nothing of a node that was not named', () => {
    expect([walk.successors('ghost'), walk.predecessors('ghost')]).toEqual([[], []]);
    for (const [from, to] of [
      ['ghost', 'a'],
      ['a', 'ghost'],
      ['ghost', 'ghost'],
    ] as const) {
      expect(walk.leadsTo(from, to)).toBe(false);
    }
  });

  test('takes a node that is named twice once', () => {
    expect(
      walkOf(
        ['a', 'b', 'a'],
        [
          ['a', 'b'],
          ['b', 'a'],
        ],
      ).successors('a'),
    ).toEqual(['b']);
  });
});

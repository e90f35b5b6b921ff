// Sizes of JSON in bytes, which decide what is too large, and the crash on what no type allows.
import { describe, expect, test } from '@jest/globals';
import { assertNever, isDeeper, type Json, jsonBytes } from '../../src/definition/json';

describe('the size of a value', () => {
  test.each<[Json, number]>([
    [null, 4],
    ['', 2],
    ['a"', 5],
    [{ a: [1, true] }, 14],
    ['\u007f', 3],
    ['\u0080', 4],
    ['ü', 4],
    ['\u07ff', 4],
    ['\u0800', 5],
    ['€', 5],
    ['\ud7ff', 5],
    ['\ue000', 5],
    ['\uffff', 5],
    ['\u{10000}', 6],
    ['😀', 6],
    ['\u{10ffff}', 6],
    [{ ключ: 'значение €😀' }, 39],
  ])('of %j is %i bytes, as it is sent', (value, bytes) => {
    expect(jsonBytes(value)).toBe(bytes);
    expect(Buffer.byteLength(JSON.stringify(value))).toBe(bytes);
  });
});

describe('the depth of a value', () => {
  const nested = (levels: number): unknown =>
    Array.from({ length: levels }).reduce(
      (inner, _, index) => (index % 2 === 0 ? [inner, 'x'] : { a: null, inner }),
      1,
    );

  test.each([
    ['a text', 'x', 0],
    ['null', null, 0],
    ['an empty object', {}, 1],
    ['a list of objects', [{ a: 1 }, { b: [2] }], 3],
    ['64 levels', nested(64), 64],
    ['as many levels as no recursion gets through', nested(100_000), 100_000],
  ])('of %s', (_name, value, levels) => {
    expect(isDeeper(value, levels)).toBe(false);
    if (levels > 0) expect(isDeeper(value, levels - 1)).toBe(true);
  });
});

test('a variant that no type allows is a bug, and the crash names it', () => {
  expect(() => assertNever({ kind: 'new' } as never)).toThrow('unhandled variant: {"kind":"new"}');
});

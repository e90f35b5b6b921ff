import { expect, test } from '@jest/globals';
import { beginningOf } from '../../src/definition/beginning';

test.each([
  ['', 0, ''],
  ['abc', 3, 'abc'],
  ['abcd', 3, 'abc'],
  ['a😀', 3, 'a😀'],
  ['a😀b', 3, 'a😀'],
  ['ab😀', 3, 'ab'],
  ['😀', 1, ''],
])('the beginning of %j, of at most %i units, is %j', (text, lengthMax, expected) => {
  expect(beginningOf(text, lengthMax)).toBe(expected);
});

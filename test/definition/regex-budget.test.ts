// What the regexes of a definition may cost together (docs/decisions/0052): the last that is taken, the first that is not.
import { describe, expect, test } from '@jest/globals';
import { LIMITS } from '../../src/definition/limits';
import { agent, edge, lint } from './shapes';

const searches = (pattern: string) => `regex(output.a, "${pattern}")`;
/** Each is as large as one regex may be; no two are the same. */
const LARGEST = Array.from('abcde', (letter) => searches(letter.repeat(LIMITS.regexSizeMax - 10)));

const findings = (...whens: readonly string[]) =>
  lint({ nodes: [agent('a'), agent('b')], edges: whens.map((when) => edge('a', 'b', { when })) }).errors.map(
    ({ code, path }) => `${code} ${path}`,
  );

describe('regexes', () => {
  test('may use up the whole budget, and what is said after that is still read', () => {
    expect(LARGEST).toHaveLength(LIMITS.regexSizeSumMax / LIMITS.regexSizeMax);
    expect(findings(...LARGEST)).toEqual([]);
    expect(findings(...LARGEST, 'output.a == 1')).toEqual([]);
    expect(findings(...LARGEST, 'nonsense(')).toEqual(['edge-when-invalid edges[5].when']);
  });

  test('beyond it are refused at the first that is too much; what follows is not looked at', () => {
    expect(findings(...LARGEST, searches('f'), searches('g'), 'nonsense(')).toEqual([
      'edge-when-invalid edges[5].when',
    ]);
    expect(findings(...LARGEST.slice(1), `!(${LARGEST[0]} && ${searches('f')})`)).toEqual([
      'edge-when-invalid edges[4].when',
    ]);
  });

  test('count once, however many edges have them', () => {
    expect(findings(...LARGEST, ...LARGEST)).toEqual([]);
  });

  test('are counted in a JSON AST too, its letters escaped or not', () => {
    const ast = JSON.stringify({ op: 'regex', args: [{ var: 'output.a' }, 'f'] });
    for (const written of [ast, ast.replace('regex', '\\u0072egex')]) {
      expect(findings(...LARGEST, written)).toEqual(['edge-when-invalid edges[5].when']);
    }
  });

  test.each([
    ['of letters, digits and signs, repeated', '^[A-Za-z0-9+/=_-]{256}$'],
    ['of several scripts, repeated', '^[A-Za-zÀ-ÖØ-öø-ÿĀ-žА-Яа-яё0-9 .,_-]{1,200}$'],
  ])('have a class %s', (_what, pattern) => {
    expect(findings(searches(pattern))).toEqual([]);
  });

  test('are all that counts: other texts cost nothing', () => {
    const text = (letter: string) => `${searches('f')} || output.a == "regex ${letter.repeat(900)}"`;
    expect(findings(...Array.from('abcdefgh', text))).toEqual([]);
  });

  test('count in conditions that are refused too: what was compiled for nothing is bounded as well', () => {
    const refused = (index: number) => searches(`(?i)${'[^\\\\pL]'.repeat(15)}(${index}`);
    const found = findings(...Array.from({ length: 500 }, (_, index) => refused(index)));
    expect(found.slice(0, 3)).toEqual([0, 1, 2].map((index) => `edge-when-invalid edges[${index}].when`));
    expect(found.length).toBeLessThan(10);
  });

  test('of the usual size are all told of that are wrong', () => {
    const whens = Array.from({ length: 40 }, (_, index) => searches(`^draft-(${index}`));
    expect(findings(...whens)).toHaveLength(40);
  });

  test('count the more the longer their classes are', () => {
    const long = (index: number) => searches(`(?i)[${'\\\\W'.repeat(310)}]${index}`);
    const found = findings(...Array.from({ length: 100 }, (_, index) => long(index)));
    expect(found).toEqual([expect.stringMatching(/^edge-when-invalid edges\[4\d\]\.when$/)]);
  });
});

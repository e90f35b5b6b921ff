// No expression and no output takes the workflow thread for long. What is counted is work, not time: tests stay exact.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/definition/json';
import { LIMITS } from '../../src/definition/limits';
import type { WhenAst, WhenOperator } from '../../src/definition/when/ast';
import { type Allowance, evaluateWhen, type WhenScope } from '../../src/definition/when/evaluate';
import { parseWhen } from '../../src/definition/when/parse';
import { patternCost, patternError } from '../../src/definition/when/pattern';
import { includesText } from '../../src/definition/when/text-search';
import { Work } from '../../src/definition/when/work';
import { cases } from '../support/cases';

const SHARE = LIMITS.whenWorkMax / LIMITS.edgesMax;
const scopeOf = (output: JsonObject) => ({ output, step: {}, execution: { input: {} } });
const call = (op: WhenOperator, ...args: WhenAst[]): WhenAst => ({ op, args });
const allowing = (work: number, common = { left: Number.POSITIVE_INFINITY }): Allowance => ({ work, common });
const [a, b] = [{ var: 'output.a' }, { var: 'output.b' }];
const letters = (count: number, letter = 'x') => letter.repeat(count);
const record = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

describe('an expression that would take more than its share is false', () => {
  test.each<[string, WhenAst, () => JsonObject]>([
    ['a regex over a long text', call('regex', a, 'y?$'), () => ({ a: letters(262_144) })],
    ['a part of a long text', call('includes', a, 'x'), () => ({ a: letters(262_144) })],
    ['what begins a long text', call('startsWith', a, b), () => ({ a: letters(524_288), b: letters(524_288) })],
    ['what ends a long text', call('endsWith', a, b), () => ({ a: letters(524_288), b: letters(524_288) })],
    ['two long texts', call('eq', a, b), () => ({ a: letters(524_288), b: letters(524_288) })],
    ['the order of two long texts', call('gt', a, b), () => ({ a: `${letters(524_288)}y`, b: letters(524_288) })],
    ['the order of two equal long texts', call('gte', a, b), () => ({ a: letters(524_288), b: letters(524_288) })],
    ['two large objects', call('eq', a, b), () => ({ a: record(5_000), b: record(5_000) })],
    ['an item of a long list', call('includes', a, 19_999), () => ({ a: Array.from({ length: 20_000 }, (_, i) => i) })],
    ['the negation of one', call('not', call('includes', a, 'y')), () => ({ a: letters(262_144) })],
    ['one beside what is true', call('or', call('includes', a, 'y'), true), () => ({ a: letters(262_144) })],
  ])('%s', (_name, ast, output) => {
    expect(evaluateWhen(ast, scopeOf(output()))).toBe(false);
    expect(evaluateWhen(ast, scopeOf(output()), allowing(LIMITS.whenWorkMax))).toBe(true);
  });

  test.each<[string, WhenAst, () => JsonObject]>([
    ['sizes', call('gt', call('length', a), 262_143), () => ({ a: letters(262_144) })],
    ['emptiness of a large object', call('not', call('isEmpty', a)), () => ({ a: record(30_000) })],
    ['texts of different lengths', call('ne', a, b), () => ({ a: letters(524_288), b: letters(524_287) })],
    ['objects of different sizes', call('ne', a, b), () => ({ a: record(30_000), b: record(29_999) })],
    ['a short beginning', call('startsWith', a, 'xx'), () => ({ a: letters(524_288) })],
    ['what stands before it decides', call('or', true, call('includes', a, 'y')), () => ({ a: letters(262_144) })],
    ['a regex over 1,000 characters', call('regex', a, '(?i)X$'), () => ({ a: letters(1_000) })],
    ['a text of 9,000 characters', call('includes', a, 'y'), () => ({ a: `${letters(9_000)}y` })],
  ])('%s cost little', (_name, ast, output) => {
    expect(evaluateWhen(ast, scopeOf(output()))).toBe(true);
  });

  test('is spent by one expression alone, and exactly', () => {
    const work = new Work(10);
    work.spend(10);
    expect(() => work.spend(1)).toThrow();
    expect(new Work(SHARE).compare('ab', 'ab')).toBe(true);
    expect(() => new Work(2).compare(letters(17), letters(17))).toThrow();
    expect(new Work(2).compare(letters(16), letters(400))).toBe(true);
  });

  test('is asked once for each scope: an edge to a group costs as much as an edge to a node', () => {
    const condition = call('includes', a, 'y');
    let reads = 0;
    const output = {
      get a() {
        reads++;
        return 'xy';
      },
    };
    const scope = scopeOf(output);
    expect(Array.from({ length: 100 }, () => evaluateWhen(condition, scope))).toEqual(Array(100).fill(true));
    expect(reads).toBe(1);
    expect(evaluateWhen(call('includes', a, 'z'), scope)).toBe(false);
    expect(evaluateWhen(condition, scopeOf({ a: 'x' }))).toBe(false);
  });
});

describe('what is asked of the input alone', () => {
  const input = (path: string) => ({ var: `execution.input.${path}` });
  const stepOf = (execution: { readonly input: JsonObject }, status: string) => ({
    output: { a: 'abc' },
    step: { status },
    execution,
  });

  test('is found out once, however many steps ask', () => {
    const condition = call('or', call('includes', input('text'), 'y'), call('eq', { var: 'step.status' }, 'failed'));
    let reads = 0;
    const execution = {
      input: {
        get text() {
          reads++;
          return letters(1_000);
        },
      },
    };
    const results = ['failed', 'breached', 'failed'].map((status) =>
      evaluateWhen(condition, stepOf(execution, status)),
    );
    expect(results).toEqual([true, false, true]);
    expect(reads).toBe(1);
  });

  test('takes as much of the work as if it were found out each time', () => {
    const [text, one, other] = [input('text'), input('one'), input('other')];
    const condition = call(
      'or',
      call('includes', text, 'zz'),
      call('and', call('eq', one, other), call('includes', { var: 'output.a' }, 'zz')),
      call('gte', text, text),
    );
    const values = { text: letters(40), one: { list: [1, 2, 3], more: 'xy' }, other: { list: [1, 2, 3], more: 'xy' } };
    const shared = { input: values };
    const budgets = Array.from({ length: 400 }, (_, index) => index / 2);
    const fresh = budgets.map((work) =>
      evaluateWhen(condition, stepOf({ input: structuredClone(values) }, 'x'), allowing(work)),
    );
    for (const order of [budgets, budgets.toReversed(), budgets]) {
      const found = new Map(order.map((work) => [work, evaluateWhen(condition, stepOf(shared, 'x'), allowing(work))]));
      expect(budgets.map((work) => found.get(work))).toEqual(fresh);
    }
    expect(new Set(fresh)).toEqual(new Set([true, false]));
  });

  test('is found out once where it takes too much, too, whatever was spent before', () => {
    const condition = call(
      'or',
      call('includes', { var: 'output.a' }, 'zz'),
      call('and', call('includes', input('text'), 'yy'), call('includes', input('more'), 'yy')),
    );
    let reads = 0;
    const execution = {
      input: {
        text: `${letters(SHARE / 2)}yy`,
        get more() {
          reads++;
          return letters(SHARE);
        },
      },
    };
    const outputs = [3, 2, 1].map((length) => ({ ...stepOf(execution, 'x'), output: { a: letters(length) } }));
    expect(outputs.map((scope) => evaluateWhen(condition, scope))).toEqual([false, false, false]);
    expect(reads).toBe(1);
  });
});

describe('what the expressions of an execution have in common', () => {
  const condition = call('includes', a, 'y');
  const text = `${letters(996)}y`;
  const ask = (common: { left: number }, ast: WhenAst = condition, execution: WhenScope['execution'] = { input: {} }) =>
    evaluateWhen(ast, { ...scopeOf({ a: text }), execution }, allowing(SHARE, common));

  test('is spent by each of them, until nothing is left: then they are false', () => {
    const common = { left: 2_500 };
    expect([1, 2, 3, 4].map(() => [ask(common), common.left])).toEqual([
      [true, 1_501],
      [true, 502],
      [false, 0],
      [false, 0],
    ]);
  });

  test('is not spent by those that cost little, and these are answered also when nothing is left', () => {
    const common = { left: 500 };
    const cheap = call('startsWith', a, letters(100));
    expect([ask(common, cheap), common.left]).toEqual([true, 500]);
    common.left = 0;
    expect(ask(common, cheap)).toBe(true);
    const exactly = (length: number) =>
      evaluateWhen(call('includes', a, ''), scopeOf({ a: letters(length) }), allowing(SHARE, common));
    expect([exactly(LIMITS.whenWorkFree - 1), exactly(LIMITS.whenWorkFree)]).toEqual([true, false]);
  });

  test('is not spent by what is asked of the input alone: how often that is found out is not the same on replay', () => {
    const common = { left: 1_000 };
    const ofInput = call('and', call('includes', { var: 'execution.input.a' }, 'y'), call('not', call('isEmpty', a)));
    const execution = { input: { a: text } };
    const conditions = [ofInput, structuredClone(ofInput), ofInput];
    expect(conditions.map((ast) => [ask(common, ast, execution), common.left])).toEqual(Array(3).fill([true, 1_000]));
  });

  test('is not spent on what is beyond its own share, which is not begun', () => {
    const common = { left: 2_500 };
    const tooLong = { ...scopeOf({ a: letters(SHARE * 2) }), execution: { input: {} } };
    expect([evaluateWhen(condition, tooLong, allowing(SHARE, common)), common.left]).toEqual([false, 2_500]);
  });

  test('is spent on what was asked before something of the input that takes too much', () => {
    const common = { left: 2_500 };
    const both = call('and', condition, call('includes', { var: 'execution.input.a' }, 'y'));
    const execution = { input: { a: letters(SHARE * 2) } };
    expect([1, 2].map(() => [ask(common, both, execution), common.left])).toEqual([
      [false, 1_501],
      [false, 502],
    ]);
  });
});

describe('regexes', () => {
  test.each([
    ['(a{1,1000}){1,1000}', /too large/],
    ['(|a){999}', /too large/],
    ['((a{30}){30}){30}', /too large/],
    ['a{1000}', /too large/],
    ['x'.repeat(500), /too large/],
    [`(${'a?'.repeat(30)}){30}`, /too large/],
    ['(?i)[ -\uffff]', /ASCII/],
    ['(?si)[!-\\x{ffff}]', /ASCII/],
    ['\\pL'.repeat(300), /too large/],
    ['[\\p{L}\\p{N}\\PZ]'.repeat(10), /too large/],
    ['(', /^bad regex: .* \(RE2 syntax\)$/],
    ['(?=a)', /^bad regex/],
    ['a{1001}', /too large|bad regex/],
    [`${'('.repeat(490)}a`, /too large|bad regex/],
  ])('%s is refused', (pattern, problem) => {
    expect(patternError(pattern)).toMatch(problem);
  });

  test.each([
    ['(?i)urgent'],
    ['^[A-Z]{2,4}-[0-9]{1,8}$'],
    ['(?i)[a-z]+'],
    ['[ -\uffff]'],
    ['\\pL+ \\p{Greek}{1,3}'],
    ['[]a]|[^]b]|\\Qa.b\\E|[[:alpha:]]'],
    ['a{,3}|a{b}|{'],
    [''],
  ])('%s is accepted', (pattern) => {
    expect(patternError(pattern)).toBeNull();
  });

  test.each([
    ['', 10],
    ['abc', 13],
    ['(ab)', 14],
    ['a{3}', 13],
    ['a{2,5}', 15],
    ['a{2,}', 12],
    ['(ab){10}', 50],
    ['((a){10}){10}', 330],
    ['[abc]', 11],
    ['\\pL', 31],
    ['[\\pL\\pN]', 51],
    ['\\x{1F600}', 11],
    ['\\{3', 12],
  ])('%s costs %i', (pattern, cost) => {
    expect(patternCost(pattern)).toBe(cost);
  });

  test('are never far larger than what they were taken for', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '(',
      ')',
      '|',
      '{3}',
      '{1,9}',
      '[a-z]',
      '?',
      '*',
      '\\w',
      '(?i)',
      '\\b',
      '^',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const problem = patternError(pieces.join(''));
        expect(problem === null || /too large|bad regex/.test(problem)).toBe(true);
      }),
      { numRuns: cases(1_000) },
    );
  });
});

describe('the search for a part of a text', () => {
  const enough = () => new Work(LIMITS.whenWorkMax);

  test('finds what the built-in one finds', () => {
    const text = fc.array(fc.constantFrom('a', 'b'), { maxLength: 200 }).map((all) => all.join(''));
    fc.assert(
      fc.property(text, text, fc.nat(100), (whole, other, from) => {
        for (const part of [
          other,
          whole.slice(from),
          whole.slice(from, from + 30),
          `${whole.slice(from, from + 40)}b`,
        ]) {
          expect(includesText(whole, part, enough())).toBe(whole.includes(part));
        }
      }),
      { numRuns: cases(500) },
    );
  });

  test.each([
    ['', '', true],
    ['ab', '', true],
    ['ab', 'abc', false],
    [letters(15), letters(16), false],
    [letters(16), letters(16), true],
    [letters(17), letters(17), true],
    [letters(16), letters(17), false],
    [`${letters(20)}y`, `${letters(19)}y`, true],
    [`y${letters(20)}`, `${letters(19)}y`, false],
    [`${letters(9)}y${letters(9)}z${letters(9)}y${letters(9)}y`, `${letters(9)}y${letters(9)}y`, true],
    [`${letters(9)}y${letters(9)}z${letters(9)}y${letters(9)}z`, `${letters(9)}y${letters(9)}y`, false],
  ])('in "%s" for "%s" says %s', (text, part, isFound) => {
    expect(includesText(text, part, enough())).toBe(isFound);
  });

  test('costs as much as both texts are long', () => {
    expect(includesText('abc', 'c', new Work(5))).toBe(true);
    expect(() => includesText('abc', 'c', new Work(4))).toThrow();
  });

  test('looks at no character of a hostile text twice', () => {
    const part = `${letters(65_536)}y${letters(65_536)}`;
    expect(includesText(letters(262_144), part, enough())).toBe(false);
    expect(includesText(letters(262_144) + part, part, enough())).toBe(true);
  });
});

describe('texts', () => {
  test.each([
    ['"a\\n\\t\\u0041\\"\\q" == output.a', { a: 'a\n\tA"q' }],
    ["'it\\'s' == output.a", { a: "it's" }],
    ['"\\r\\b\\f\\v" == output.a', { a: '\r\b\f\v' }],
    ['output . a [ 0 ] . b == 1.5e1', { a: [{ b: 15 }] }],
    ['output.größe == .5', { größe: 0.5 }],
    ['output.a.length ( ) == 2', { a: 'xy' }],
    ['("ab").startsWith("a") && "ab".endsWith("b")', {}],
    ['output.a[007] == 1', { a: [0, 0, 0, 0, 0, 0, 0, 1] }],
    ['- 5 == output.a', { a: -5 }],
    ['1 < 2 == true', {}],
    ['output.$ == output._1', { $: 1, _1: 1 }],
  ])('%s is true', (text, output) => {
    const parsed = parseWhen(text);
    if (!parsed.ok) throw new Error(`${parsed.message} at ${parsed.position}`);
    expect(evaluateWhen(parsed.ast, scopeOf(output as JsonObject))).toBe(true);
  });

  test.each([
    ['output.a..b', 'after "." stands a name or the number of an item', 'character 9'],
    ['output.a[', 'in brackets stands the number of an item, from 0', 'character 0'],
    ['output.a[0', 'Expected ]', 'character 10'],
    ['(output.a', 'Expected )', 'character 9'],
    ['(output.a]', 'Unexpected "]"', 'character 9'],
    ['length(output.a).b', 'only a path can be followed by "."', 'character 0'],
    ['length(output.a)[0]', 'only a path can be followed by "["', 'character 0'],
    ['5a == 1', 'a name cannot begin with a digit', 'character 0'],
    ['!', 'the expression ends too early', 'character 1'],
    ['. == 1', 'Unexpected "."', 'character 0'],
    ['output.a && ', 'Expected expression after &&', 'character 12'],
    ['output.a & true', 'Unexpected "&"; write &&', 'character 9'],
    ['output.a | true', 'Unexpected "|"; write ||', 'character 9'],
    ['output.a "x"', 'an operator is missing', 'character 9'],
    ['startsWith(output.a,)', 'Unexpected ")"', 'character 20'],
    ['output.0x', 'an operator is missing', 'character 8'],
    ['   ', 'the expression is empty', 'character 0'],
    ['a.b.shout(1)', /unknown root "a"|unknown function "shout"/, 'character 0'],
  ])('%s is refused', (text, message, position) => {
    const parsed = parseWhen(text);
    if (parsed.ok) throw new Error(`accepted as ${JSON.stringify(parsed.ast)}`);
    expect(typeof message === 'string' ? parsed.message === message : message.test(parsed.message)).toBe(true);
    expect(parsed.position).toBe(position);
  });

  test('brackets may be nested as deeply as a text is long', () => {
    expect(parseWhen(`${'('.repeat(499)}1${')'.repeat(499)}`)).toEqual({ ok: true, ast: 1 });
  });
});

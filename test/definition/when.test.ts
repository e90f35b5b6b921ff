import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../src/definition/json';
import { LIMITS } from '../../src/definition/limits';
import type { WhenAst } from '../../src/definition/when/ast';
import { evaluateWhen } from '../../src/definition/when/evaluate';
import { parseWhen } from '../../src/definition/when/parse';
import { cases } from '../support/cases';

const output = {
  passesBrandCheck: true,
  score: 0.8,
  title: 'urgent: Zürich',
  count: '5',
  items: [{ name: 'first' }, { name: 'second' }],
  tags: ['a', 'b'],
  many: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  empty: { text: '', list: [], object: {} },
  nothing: null,
  nested: { deep: { value: 7 } },
  same: { list: [1, { a: null }], a: 'x' },
  again: { a: 'x', list: [1, { a: null }] },
  otherKey: { list: [1, { a: null }], b: 'x' },
  otherItem: { list: [1, { b: null }], a: 'x' },
  asObject: { 0: 'a', 1: 'b' },
};
const step = { stepId: 's', nodeId: 'check', status: 'completed', startedAt: 1, completedAt: 2, iteration: 1 };
const scope = { output, step, execution: { input: { amount: 100, region: 'eu' } } };

function isTrue(text: string): boolean {
  const parsed = parseWhen(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message} at ${parsed.position}`);
  return evaluateWhen(parsed.ast, scope);
}
const op = (name: string, ...args: unknown[]) => JSON.stringify({ op: name, args });
const path = (name: string) => ({ var: name });

describe('what is true', () => {
  test.each([
    ['output.passesBrandCheck == true'],
    ['output.passesBrandCheck'],
    ['output.passesBrandCheck == true && output.score >= 0.8'],
    ['output.score > 0.79 && output.score < 0.81 && output.score <= 0.8'],
    ["output.title != 'other'"],
    ['output.items[0].name == "first" && output.items.1.name == "second"'],
    ['output.items.0.name != "output.items.0" && output.tags.1 == "b"'],
    ['execution.input.amount == 100 || false'],
    ['step.status == "completed" && step.iteration == 1'],
    ['!(output.score == 1)'],
    ['!output.missing'],
    ['!output.score == true'],
    ['output.missing == null && output.nothing == null && output.items[9].name == null'],
    ['startsWith(output.title, "urgent")'],
    ['output.title.startsWith("urgent") && output.title.endsWith("rich")'],
    ['includes(output.tags, "a") && output.title.includes("Z")'],
    ['regex(output.title, "^urgent: Z.rich$") && output.title.regex("rich")'],
    ['length(output.tags) == 2 && output.title.length() == 14 && length(output.score) == 0'],
    [
      'isEmpty(output.empty.text) && isEmpty(output.empty.list) && output.empty.object.isEmpty() && isEmpty(output.missing)',
    ],
    ['false || true && true'],
    ['-5 < -4.5'],
    ['1 <= 1 && 1 >= 1 && "a" <= "a" && "a" >= "a"'],
    ['output.many.10 == 10 && output.many[11] == null'],
    ['"a" < "b" && "Z" < "a"'],
    ['output.same == output.again && !(output.same != output.again)'],
    [op('eq', path('output.nested.deep.value'), 7)],
    [op('and', path('output.passesBrandCheck'), op2('not', path('output.missing')))],
    [op('eq', path('output.items[0].name'), 'first')],
    ['true'],
  ])('%s', (text) => {
    expect(isTrue(text)).toBe(true);
  });
});

describe('what is not', () => {
  test.each([
    ['output.score'],
    ['output.title'],
    ['output.count == 5'],
    ['output.count > 4'],
    ['output.count >= output.score'],
    ['output.missing < 1'],
    ['output.nothing >= null'],
    ['output.score && true'],
    ['output.title || false'],
    ['includes(output.title, 5)'],
    ['includes(output.score, 0)'],
    ['regex(output.score, "8")'],
    ['output.__proto__ != null'],
    ['output.constructor != null || output.items.length == 2'],
    ['output.tags.map != null'],
    ['isEmpty(output.score)'],
    ['startsWith(output.missing, "")'],
    ['!true == !false'],
    ['null'],
    ['"true"'],
    ['1 < 1 || 2 <= 1 || 1 > 1 || 1 >= 2'],
    ['"a" < "a" || "b" < "a" || "b" <= "a" || "a" > "a"'],
    ['includes(output.count, 5) || startsWith(output.count, 5) || endsWith(output.count, 5)'],
    ['endsWith(output.score, "8") || startsWith(output.score, "0")'],
    ['output.same == output.otherKey || output.otherKey == output.same'],
    ['output.same == output.otherItem || output.otherItem == output.same'],
    ['output.tags == output.asObject || output.asObject == output.tags'],
    ['output.same == null || null == output.same || output.same == "x"'],
  ])('%s', (text) => {
    expect(isTrue(text)).toBe(false);
  });
});

describe('what is refused, with its place', () => {
  test.each([
    ['', 'the expression is empty', 'character 0'],
    ['output.a +', 'Unexpected "+"', 'character 9'],
    ['output.a = 1', 'Unexpected "="; write ==, <= or >=', 'character 9'],
    ['output.a <', 'Expected expression after <', 'character 10'],
    ['output.a === 1', 'Expected expression after ==', 'character 11'],
    ['output.items.0.1 == 1 && foo', /unknown root "foo"/, 'character 25'],
    ['output.a.0 == "b.1" + 1', 'Unexpected "+"', 'character 20'],
    [
      'output.a == 1 && foo.bar',
      'unknown root "foo": a path begins with output, step or execution.input',
      'character 17',
    ],
    ['output.foo == foo', 'unknown root "foo": a path begins with output, step or execution.input', 'character 14'],
    ['process', 'unknown root "process": a path begins with output, step or execution.input', 'character 0'],
    ['this == 1', /not part of the language|unknown root/, 'character 0'],
    ['step.secret == 1', /step has stepId, nodeId/, 'character 0'],
    ['execution.id == 1', /execution has input only/, 'character 0'],
    ['true && shout(output.a)', /unknown function "shout"/, 'character 8'],
    ['output.a.eq(1)', /unknown function "eq"/, 'character 0'],
    ['startsWith(output.a)', 'startsWith takes 2 arguments, not 1', 'character 0'],
    ['length(output.a, 1)', 'length takes 1 argument, not 2', 'character 0'],
    ['regex(output.a, "(")', /^bad regex/, 'character 0'],
    ['regex(output.a, output.b)', 'the pattern of regex must be a string literal', 'character 0'],
    ['regex(output.a, "((a{30}){30}){30}")', /too large|bad regex/, 'character 0'],
    ['output.a ? 1 : 2', /unknown operator|Unexpected/, /character \d+/],
    ['[1, 2]', 'lists cannot be written in an expression', 'character 0'],
    ['output.a output.b', 'an operator is missing', 'character 9'],
    ['output[output.a]', /in brackets stands the number/, 'character 0'],
    ['-output.a == 1', '"-" stands before a number only', 'character 0'],
    ['1e999 == 1', 'the number is too large', 'character 0'],
    ['"open', /Unclosed quote/, 'character 5'],
    ['{"op":"lt","args":[{"var":"output.a"},1e999]}', 'the number is too large', 'args[1]'],
    ['{"op":"eq"', 'malformed JSON', /character \d+/],
    [op('plus', 1, 2), 'unknown operator "plus"', 'op'],
    [op('and', true, op2('not')), 'not takes 1 argument, not 0', 'args[1].args'],
    [op('eq', path('nowhere.x'), 1), /unknown root/, 'args[0].var'],
    [op('eq', [1], 1), 'a list is no expression', 'args[0]'],
    ['{"op":"eq","args":[1,1],"extra":1}', /an expression is a literal/, 'the top'],
    [op('or', true), 'or takes at least 2 arguments, not 1', 'args'],
    ['{"op":5,"args":[]}', 'unknown operator 5', 'op'],
    ['{"op":"eq","args":1}', 'args must be a list', 'args'],
    ['{"var":["output"]}', 'var must be a dot path such as "output.score"', 'var'],
    [op('not', path('output..a')), '"output..a" is no path: it has an empty part', 'args[0].var'],
    [JSON.stringify(path('step')), 'unknown path "step": step has stepId, nodeId', 'var'],
    [JSON.stringify(path('step.status.x')), 'unknown path "step.status.x": step has stepId, nodeId', 'var'],
    [JSON.stringify(path('execution')), 'unknown path "execution": execution has input only', 'var'],
    [`output.a == "${'x'.repeat(1_000)}"`, /at most 1000/, 'its end'],
    [`${'!('.repeat(40)}true${')'.repeat(40)}`, 'the expression is nested more than 32 deep', 'the top'],
  ])('%s', (text, message, position) => {
    const parsed = parseWhen(text);
    if (parsed.ok) throw new Error(`accepted as ${JSON.stringify(parsed.ast)}`);
    expect(parsed.message).toMatch(message);
    expect(parsed.position).toMatch(position instanceof RegExp ? position : new RegExp(`^${escaped(position)}$`));
  });
});

describe('both spellings', () => {
  test('compile to the same expression', () => {
    const infix = 'output.a.b == "x" && !(output.n >= 2) || isEmpty(execution.input.list)';
    const json = op(
      'or',
      op2('and', op2('eq', path('output.a.b'), 'x'), op2('not', op2('gte', path('output.n'), 2))),
      op2('isEmpty', path('execution.input.list')),
    );
    expect(parseWhen(infix)).toEqual(parseWhen(json));
  });

  test.each([
    ['(true && output.a) && false', op2('and', true, path('output.a'), false)],
    ['true || (output.a || false)', op2('or', true, path('output.a'), false)],
    ['(true || output.a) && false', op2('and', op2('or', true, path('output.a')), false)],
    ['true == (output.a == false)', op2('eq', true, op2('eq', path('output.a'), false))],
    ['true == output.a == false', op2('eq', op2('eq', true, path('output.a')), false)],
  ])('%s joins what is one chain, and only that', (text, ast) => {
    expect(parseWhen(text)).toEqual({ ok: true, ast });
  });

  test('a chain of 100 conditions is one level deep', () => {
    expect(parseWhen(Array(100).fill('true').join('&&'))).toMatchObject({ ok: true, ast: { op: 'and' } });
  });
});

// ---- against a slow and obvious reference ----------------------------------------------------------------------------

const literal = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('', 'a', 'ab', 'b'),
  fc.boolean(),
  fc.constant(null),
);
const variable = fc
  .constantFrom(
    'output.n',
    'output.s',
    'output.b',
    'output.list',
    'output.o.x',
    'output.none',
    'step.status',
    'execution.input.v',
  )
  .map((name): WhenAst => ({ var: name }));
const { ast: anyAst } = fc.letrec<{ ast: WhenAst }>((tie) => ({
  ast: fc.oneof(
    { maxDepth: 4 },
    literal as fc.Arbitrary<WhenAst>,
    variable,
    fc
      .tuple(
        fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'includes', 'startsWith', 'endsWith', 'and', 'or'),
        tie('ast'),
        tie('ast'),
      )
      .map(([name, a, b]) => ({ op: name, args: [a, b] }) as WhenAst),
    fc
      .tuple(fc.constantFrom('not', 'length', 'isEmpty'), tie('ast'))
      .map(([name, a]) => ({ op: name, args: [a] }) as WhenAst),
  ),
}));
const anyScope = fc.record({
  output: fc.record({
    n: fc.integer({ min: -3, max: 3 }),
    s: fc.constantFrom('', 'a', 'ab'),
    b: fc.boolean(),
    list: fc.array(literal, { maxLength: 3 }),
    o: fc.constant({ x: 'a' }),
  }),
  step: fc.record({ status: fc.constantFrom('a', 'completed') }),
  execution: fc.record({ input: fc.record({ v: literal }) }),
});

/** What the contract says, word for word, without a thought for speed. */
function reference(ast: any, from: any): any {
  if (ast === null || typeof ast !== 'object') return ast;
  if ('var' in ast) {
    let value = from;
    for (const key of ast.var.split('.'))
      value = value !== null && typeof value === 'object' && Object.hasOwn(value, key) ? value[key] : null;
    return value;
  }
  const args = ast.args.map((arg: any) => reference(arg, from));
  const [a, b] = args;
  const same = JSON.stringify(a) === JSON.stringify(b);
  const ordered = typeof a === typeof b && (typeof a === 'number' || typeof a === 'string');
  const text = typeof a === 'string' && typeof b === 'string';
  const table: Record<string, () => any> = {
    eq: () => same,
    ne: () => !same,
    gt: () => ordered && a > b,
    gte: () => ordered && a >= b,
    lt: () => ordered && a < b,
    lte: () => ordered && a <= b,
    and: () => args.filter((arg: any) => arg === true).length === args.length,
    or: () => args.filter((arg: any) => arg === true).length > 0,
    not: () => a !== true,
    includes: () =>
      text ? a.indexOf(b) >= 0 : Array.isArray(a) && a.some((item) => JSON.stringify(item) === JSON.stringify(b)),
    startsWith: () => text && a.indexOf(b) === 0,
    endsWith: () => text && a.slice(a.length - b.length) === b && b.length <= a.length,
    length: () => (typeof a === 'string' || Array.isArray(a) ? a.length : 0),
    isEmpty: () => a === null || a === '' || ['[]', '{}'].includes(JSON.stringify(a)),
  };
  return table[ast.op]!();
}

/** Writes an expression the way a person would, calls sometimes as methods. */
function infixOf(ast: any): string {
  if (ast === null || typeof ast !== 'object')
    return typeof ast === 'number' && ast < 0 ? `(${ast})` : JSON.stringify(ast);
  if ('var' in ast) return ast.var;
  const args: string[] = ast.args.map(infixOf);
  const infix: Record<string, string> = {
    eq: '==',
    ne: '!=',
    gt: '>',
    gte: '>=',
    lt: '<',
    lte: '<=',
    and: '&&',
    or: '||',
  };
  if (ast.op === 'not') return `!(${args[0]})`;
  if (infix[ast.op]) return `(${args.join(`) ${infix[ast.op]} (`).replace(/^/, '(').replace(/$/, ')')})`;
  return `${ast.op}(${args.join(', ')})`;
}

describe('the evaluator', () => {
  test('agrees with the reference on any expression and input, in either spelling', () => {
    fc.assert(
      fc.property(anyAst, anyScope, (ast, from) => {
        const expected = reference(ast, from) === true;
        expect(evaluateWhen(ast, from as never)).toBe(expected);
        const parsed = parseWhen(infixOf(ast));
        if (parsed.ok) expect(evaluateWhen(parsed.ast, from as never)).toBe(expected);
        else expect(parsed.message).toMatch(/at most|nested/);
      }),
      { numRuns: cases(1_500) },
    );
  });

  test('never throws, whatever the output is', () => {
    fc.assert(
      fc.property(anyAst, fc.jsonValue(), (ast, value) => {
        const output = { n: value, s: value, list: value, o: value } as Record<string, Json>;
        expect(typeof evaluateWhen(ast, { output, step: {}, execution: { input: { v: value as Json } } })).toBe(
          'boolean',
        );
      }),
    );
  });

  test('compares what is nested a hundred thousand deep', () => {
    const nested = (): Json => {
      let value: Json = [];
      for (let depth = 0; depth < 100_000; depth++) value = [value];
      return value;
    };
    const deep = { output: { a: nested(), b: nested() }, step: {}, execution: { input: {} } };
    const allowance = { work: LIMITS.whenWorkMax, common: { left: LIMITS.whenWorkOfExecutionMax } };
    expect(evaluateWhen({ op: 'eq', args: [{ var: 'output.a' }, { var: 'output.b' }] }, deep, allowance)).toBe(true);
  });
});

test('the parser takes any text without throwing, and gives a place with every refusal', () => {
  const pieces = fc.array(
    fc.constantFrom(
      'output',
      '.a',
      '[0]',
      '==',
      '&&',
      '!',
      '(',
      ')',
      '"',
      "'",
      '1',
      ' ',
      'regex',
      ',',
      '{',
      '}',
      'e9',
      '?',
      '`',
      '\\',
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 60 }),
        pieces.map((all) => all.join('')),
      ),
      (text) => {
        const parsed = parseWhen(text);
        if (!parsed.ok) expect(parsed.position).not.toBe('');
      },
    ),
    { numRuns: cases(2_000) },
  );
});

function op2(name: string, ...args: unknown[]): object {
  return { op: name, args };
}
function escaped(text: string): string {
  return text.replace(/[.[\]]/g, '\\$&');
}

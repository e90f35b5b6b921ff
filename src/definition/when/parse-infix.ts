// Parses infix `when` expressions with jsep (the parser only) into the stored form. Every refusal has a position.
import jsep, { type CoreExpression, type Expression } from 'jsep';
import type { WhenAst, WhenCall, WhenOperator } from './ast';
import { argumentError, CALLS, INFIX, isOperator } from './operators';
import { pathError } from './path';

/** Thrown inside this file only; `parseInfix` turns it into a value. */
class Refusal extends Error {
  constructor(
    message: string,
    /** Offset in the text, from 0. */
    readonly index: number,
  ) {
    super(message);
  }
}

/** jsep is configured for the whole process: nothing else in it uses jsep. */
configure();

const starts = new WeakMap<object, number>();
let open: number[] = [];

/** The expression as an AST, or what is wrong with it and at which offset. Never throws. */
export function parseInfix(text: string): { ast: WhenAst } | { message: string; index: number } {
  open = [];
  const { bracketed, origins } = bracketItems(text);
  const at = (index: number) => origins[index] ?? text.length;
  try {
    return { ast: convert(jsep(bracketed) as CoreExpression, 0) };
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message, index: at(error.index) };
    const { description, message, index } = error as { description?: string; message: string; index?: number };
    return { message: description ?? message, index: at(index ?? 0) };
  }
}

const STRING_OR_PATH = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*|\.\d+|\[\d+\])*/g;

/** Writes `items.0` as `items[0]`, which jsep can read, and says for each character where it stood before. */
function bracketItems(text: string): { bracketed: string; origins: readonly number[] } {
  let bracketed = '';
  const origins: number[] = [];
  const copy = (from: number, to: number) => {
    for (let index = from; index < to; index++) origins.push(index);
    bracketed += text.slice(from, to);
  };
  let done = 0;
  for (const { 0: found, index: start } of text.matchAll(STRING_OR_PATH)) {
    if (found.startsWith('"') || found.startsWith("'")) continue;
    for (const { 0: item, index } of found.matchAll(/\.\d+/g)) {
      const dot = start + index;
      copy(done, dot);
      done = dot + item.length;
      bracketed += `[${item.slice(1)}]`;
      for (let place = 0; place <= item.length; place++) origins.push(dot);
    }
  }
  copy(done, text.length);
  return { bracketed, origins };
}

function configure(): void {
  jsep.removeAllBinaryOps();
  jsep.removeAllUnaryOps();
  for (const [operator, { precedence }] of INFIX) jsep.addBinaryOp(operator, precedence);
  jsep.addUnaryOp('!');
  jsep.addUnaryOp('-');
  // jsep keeps no positions: the start of a token is remembered before it is read, and given to what was read.
  jsep.hooks.add('gobble-token', (env) => {
    const { index, expr } = (env as unknown as { context: { index: number; expr: string } }).context;
    // Numbers end without the second hook.
    if (!/[\d.]/.test(expr.charAt(index))) open.push(index);
  });
  jsep.hooks.add('after-token', (env) => {
    const start = open.pop();
    if (env.node && start !== undefined) starts.set(env.node, start);
  });
}

function convert(node: CoreExpression, from: number): WhenAst {
  const at = starts.get(node) ?? from;
  switch (node.type) {
    case 'Literal':
      return literal(node.value, at);
    case 'Identifier':
    case 'MemberExpression':
      return path(node, at);
    case 'UnaryExpression':
      return unary(node.operator, node.argument as CoreExpression, at);
    case 'BinaryExpression':
      return binary(node.operator, [node.left as CoreExpression, node.right as CoreExpression], at);
    case 'CallExpression':
      return call(node.callee as CoreExpression, node.arguments as CoreExpression[], at);
    case 'Compound':
      throw new Refusal(
        node.body.length === 0 ? 'the expression is empty' : 'an operator is missing',
        secondStart(node.body),
      );
    case 'ArrayExpression':
      throw new Refusal('lists cannot be written in an expression', at);
    case 'ConditionalExpression':
      throw new Refusal('unknown operator "?"', at);
    default:
      throw new Refusal(`"${node.type === 'ThisExpression' ? 'this' : node.type}" is not part of the language`, at);
  }
}

function literal(value: unknown, at: number): WhenAst {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Refusal('the number is too large', at);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as WhenAst;
  throw new Refusal('literals are strings, numbers, true, false and null', at);
}

function unary(operator: string, argument: CoreExpression, at: number): WhenAst {
  const value = convert(argument, at + 1);
  if (operator === '!') return { op: 'not', args: [value] };
  if (typeof value === 'number') return -value;
  throw new Refusal('"-" stands before a number only', at);
}

function binary(operator: string, operands: readonly CoreExpression[], at: number): WhenAst {
  const op = INFIX.get(operator)?.op;
  if (!op) throw new Refusal(`unknown operator "${operator}"`, at);
  return checked(
    op,
    operands.flatMap((operand) => flattened(op, convert(operand, at))),
    at,
  );
}

/** `a && b && c` is one `and` of three, so that a long chain is not a deep one. */
function flattened(op: WhenOperator, ast: WhenAst): readonly WhenAst[] {
  const isSame =
    (op === 'and' || op === 'or') && typeof ast === 'object' && ast !== null && 'op' in ast && ast.op === op;
  return isSame ? (ast as WhenCall).args : [ast];
}

function call(callee: CoreExpression, args: readonly CoreExpression[], at: number): WhenAst {
  const isMethod = callee.type === 'MemberExpression' && !callee.computed;
  const named = (isMethod ? callee.property : callee) as CoreExpression;
  const name = named.type === 'Identifier' ? named.name : '';
  if (!isOperator(name) || !CALLS.includes(name)) {
    throw new Refusal(`unknown function "${name}": there are ${CALLS.join(', ')}`, at);
  }
  const operands = isMethod ? [callee.object as CoreExpression, ...args] : args;
  return checked(
    name,
    operands.map((operand) => convert(operand, at)),
    at,
  );
}

function checked(op: WhenOperator, args: readonly WhenAst[], at: number): WhenAst {
  const problem = argumentError(op, args);
  if (problem !== null) throw new Refusal(problem, at);
  return { op, args };
}

function path(node: CoreExpression, at: number): WhenAst {
  const segments = segmentsOf(node, at);
  const problem = pathError(segments);
  if (problem !== null) throw new Refusal(problem, at);
  return { var: segments.join('.') };
}

function segmentsOf(node: CoreExpression, at: number): string[] {
  if (node.type === 'Identifier') return [node.name];
  if (node.type !== 'MemberExpression' || node.optional)
    throw new Refusal('only a path can be followed by "." or "["', at);
  const property = node.property as CoreExpression;
  const before = segmentsOf(node.object as CoreExpression, at);
  if (!node.computed && property.type === 'Identifier') return [...before, property.name];
  if (property.type === 'Literal' && Number.isSafeInteger(property.value) && (property.value as number) >= 0) {
    return [...before, String(property.value)];
  }
  throw new Refusal('in brackets stands the number of an item, from 0', at);
}

function secondStart(body: readonly Expression[]): number {
  const second = body[1];
  return second ? (starts.get(second) ?? 0) : 0;
}

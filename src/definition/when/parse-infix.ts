// Parses infix `when` expressions into the stored form. Every refusal has a position.
import type { WhenAst, WhenCall, WhenOperator } from './ast';
import { argumentError, CALLS, INFIX, type InfixOperator, isOperator } from './operators';
import { pathError } from './path';
import { Refusal, Scanner } from './scanner';

/** The expression as an AST, or what is wrong with it and at which offset. Never throws. */
export function parseInfix(text: string): { ast: WhenAst } | { message: string; index: number } {
  const scanner = new Scanner(text);
  try {
    if (scanner.peek() === '') return { message: 'the expression is empty', index: 0 };
    const ast = readBinary(scanner, 0);
    if (scanner.peek() !== '') throw scanner.unexpected();
    return { ast };
  } catch (error) {
    if (error instanceof Refusal) return { message: error.message, index: error.index };
    throw error;
  }
}

/** Operands that are joined by operators which bind at least so tightly. */
function readBinary(scanner: Scanner, precedenceLeast: number): WhenAst {
  let left = readUnary(scanner);
  for (;;) {
    const operator = scanner.peekSign(INFIX);
    if (operator === null || operator.precedence < precedenceLeast) return left;
    const { op } = operator;
    const operands = [left, readOperand(scanner, operator)];
    while (isChain(op) && scanner.peekSign(INFIX) === operator) operands.push(readOperand(scanner, operator));
    left = { op, args: isChain(op) ? flattened(op, operands) : operands };
  }
}

/** An operator's sign, which comes next, and the operand behind it. */
function readOperand(scanner: Scanner, { sign, precedence }: InfixOperator): WhenAst {
  scanner.index += sign.length;
  if (!scanner.isAtValue()) throw new Refusal(`Expected expression after ${sign}`, scanner.index);
  return readBinary(scanner, precedence + 1);
}

/** `a && b && c` is one `and` of three, so that a long chain is not a deep one. */
const isChain = (op: WhenOperator): boolean => op === 'and' || op === 'or';

function flattened(op: WhenOperator, operands: readonly WhenAst[]): readonly WhenAst[] {
  const isSame = (ast: WhenAst): ast is WhenCall =>
    typeof ast === 'object' && ast !== null && 'op' in ast && ast.op === op;
  return operands.some(isSame) ? operands.flatMap((ast) => (isSame(ast) ? ast.args : [ast])) : operands;
}

function readUnary(scanner: Scanner): WhenAst {
  const sign = scanner.peek();
  if (sign !== '!' && sign !== '-') return readCalls(scanner, sign);
  const start = scanner.index++;
  const value = readUnary(scanner);
  if (sign === '!') return { op: 'not', args: [value] };
  if (typeof value !== 'number') throw new Refusal('"-" stands before a number only', start);
  return -value;
}

/** A value, and the methods that are called on it: `output.title.startsWith("a")`. `char` is its first character. */
function readCalls(scanner: Scanner, char: string): WhenAst {
  const start = scanner.index;
  let value = readValue(scanner, char);
  for (;;) {
    const next = scanner.peek();
    if (next === '[') throw new Refusal('only a path can be followed by "["', start);
    if (next !== '.') return value;
    scanner.index++;
    scanner.peek();
    const name = scanner.name();
    if (name === null || !scanner.take('(')) throw new Refusal('only a path can be followed by "."', start);
    value = called(name, [value, ...readArguments(scanner)], start);
  }
}

function readValue(scanner: Scanner, char: string): WhenAst {
  if (char === '"' || char === "'") return scanner.quoted();
  if (char === '.' || (char >= '0' && char <= '9')) return scanner.number();
  const path = scanner.plainPath();
  if (path !== null) return { var: path };
  const start = scanner.index;
  if (char === '[') throw new Refusal('lists cannot be written in an expression', start);
  if (scanner.take('(')) {
    const value = readBinary(scanner, 0);
    close(scanner, ')');
    return value;
  }
  const name = scanner.name();
  if (name === null) throw scanner.unexpected();
  if (scanner.take('(')) return called(name, readArguments(scanner), start);
  const literal = LITERALS.get(name);
  return literal === undefined ? readPath(scanner, name, start) : literal;
}

const LITERALS: ReadonlyMap<string, WhenAst> = new Map<string, WhenAst>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** What follows the first name of a path; ends at a method, which is called on the path before it. */
function readPath(scanner: Scanner, first: string, start: number): WhenAst {
  const segments = [first];
  for (;;) {
    if (scanner.take('[')) {
      scanner.peek();
      const item = scanner.item();
      if (item === null) throw new Refusal('in brackets stands the number of an item, from 0', start);
      close(scanner, ']');
      segments.push(String(Number(item)));
    } else if (scanner.take('.')) {
      scanner.peek();
      const name = scanner.name();
      const segment = name ?? scanner.item();
      if (segment === null) throw new Refusal('after "." stands a name or the number of an item', scanner.index);
      if (name !== null && scanner.take('('))
        return called(name, [pathOf(segments, start), ...readArguments(scanner)], start);
      segments.push(segment);
    } else {
      return pathOf(segments, start);
    }
  }
}

function pathOf(segments: readonly string[], start: number): WhenAst {
  const problem = pathError(segments);
  if (problem !== null) throw new Refusal(problem, start);
  return { var: segments.join('.') };
}

/** What stands between the brackets of a call; the first bracket has been read. */
function readArguments(scanner: Scanner): readonly WhenAst[] {
  const args: WhenAst[] = [];
  if (scanner.take(')')) return args;
  if (scanner.peek() === '') close(scanner, ')');
  do args.push(readBinary(scanner, 0));
  while (scanner.take(','));
  close(scanner, ')');
  return args;
}

function close(scanner: Scanner, bracket: string): void {
  if (scanner.take(bracket)) return;
  throw scanner.peek() === '' ? new Refusal(`Expected ${bracket}`, scanner.index) : scanner.unexpected();
}

function called(name: string, args: readonly WhenAst[], start: number): WhenAst {
  if (!isOperator(name) || !CALLS.includes(name)) {
    throw new Refusal(`unknown function "${name}": there are ${CALLS.join(', ')}`, start);
  }
  const problem = argumentError(name, args);
  if (problem !== null) throw new Refusal(problem, start);
  return { op: name, args };
}

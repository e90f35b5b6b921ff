// The operators of `when`: their arity, how infix writes them, and what their arguments must be.
import type { WhenAst, WhenOperator } from './ast';
import { patternError } from './pattern';

interface OperatorRule {
  readonly arity: number;
  /** `and` and `or` take any number from two on. */
  readonly isVariadic?: true;
  /** Infix writes it as a call, `startsWith(a, b)` or `a.startsWith(b)`. */
  readonly isCall?: true;
}

const RULES: Readonly<Record<WhenOperator, OperatorRule>> = {
  eq: { arity: 2 },
  ne: { arity: 2 },
  gt: { arity: 2 },
  gte: { arity: 2 },
  lt: { arity: 2 },
  lte: { arity: 2 },
  and: { arity: 2, isVariadic: true },
  or: { arity: 2, isVariadic: true },
  not: { arity: 1 },
  regex: { arity: 2, isCall: true },
  includes: { arity: 2, isCall: true },
  startsWith: { arity: 2, isCall: true },
  endsWith: { arity: 2, isCall: true },
  length: { arity: 1, isCall: true },
  isEmpty: { arity: 1, isCall: true },
};

export interface InfixOperator {
  readonly sign: string;
  readonly op: WhenOperator;
  readonly precedence: number;
}

/** Infix operators and how tightly they bind (contract 2 section 3), the longer sign first. */
const INFIX_OPERATORS: readonly InfixOperator[] = [
  { sign: '||', op: 'or', precedence: 1 },
  { sign: '&&', op: 'and', precedence: 2 },
  { sign: '==', op: 'eq', precedence: 3 },
  { sign: '!=', op: 'ne', precedence: 3 },
  { sign: '<=', op: 'lte', precedence: 4 },
  { sign: '<', op: 'lt', precedence: 4 },
  { sign: '>=', op: 'gte', precedence: 4 },
  { sign: '>', op: 'gt', precedence: 4 },
];

/** By the first character of their signs. */
export const INFIX: ReadonlyMap<string, readonly InfixOperator[]> = new Map(
  [...'|&=!<>'].map((char) => [char, INFIX_OPERATORS.filter(({ sign }) => sign.startsWith(char))]),
);

export const CALLS: readonly string[] = Object.keys(RULES).filter((name) => RULES[name as WhenOperator].isCall);

export const isOperator = (name: string): name is WhenOperator => Object.hasOwn(RULES, name);

/** What is wrong with these arguments of an operator, or null. */
export function argumentError(op: WhenOperator, args: readonly WhenAst[]): string | null {
  const { arity, isVariadic } = RULES[op];
  if (isVariadic ? args.length < arity : args.length !== arity) {
    const expected = `${isVariadic ? 'at least ' : ''}${arity} argument${arity === 1 ? '' : 's'}`;
    return `${op} takes ${expected}, not ${args.length}`;
  }
  if (op !== 'regex') return null;
  const pattern = args[1];
  return typeof pattern === 'string' ? patternError(pattern) : 'the pattern of regex must be a string literal';
}

// The form in which `when` expressions are stored, shown and run (contract 2 section 3).

export const WHEN_OPERATORS = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'and',
  'or',
  'not',
  'regex',
  'includes',
  'startsWith',
  'endsWith',
  'length',
  'isEmpty',
] as const;
export type WhenOperator = (typeof WHEN_OPERATORS)[number];

export type WhenLiteral = string | number | boolean | null;

export interface WhenVar {
  /** A dot path that begins with a root: `output.items.0.name`, `step.status`, `execution.input.amount`. */
  readonly var: string;
}
export interface WhenCall {
  readonly op: WhenOperator;
  readonly args: readonly WhenAst[];
}
export type WhenAst = WhenLiteral | WhenVar | WhenCall;

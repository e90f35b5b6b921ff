// Runs a compiled `when` expression (contract 2 section 3). Strict types, own properties only, and nothing throws.
import { assertNever, type Json, type JsonObject } from '../json';
import { LIMITS } from '../limits';
import type { WhenAst, WhenCall } from './ast';
import { isFound, searchCost } from './pattern';
import { includesText } from './text-search';
import { Exhausted, Work } from './work';

/** Must not change while it is in use: what is true of it is remembered, and of `execution` as long as that is used. */
export interface WhenScope {
  readonly output: JsonObject | null;
  readonly step: JsonObject;
  readonly execution: { readonly input: JsonObject };
}

/** What may be spent on an expression. */
export interface Allowance {
  /** In units of `Work`. */
  readonly work: number;
  /** What all expressions of an execution may still spend together; what this one takes of it is taken off. */
  readonly common: { left: number };
}

/** A definition's expressions share what may be spent; the least that one of them gets. */
const WORK_LEAST: Allowance = {
  work: LIMITS.whenWorkMax / LIMITS.edgesMax,
  common: { left: Number.POSITIVE_INFINITY },
};

/** An edge to a group is one edge for each member: all of them ask the same of the same step. */
const known = new WeakMap<WhenScope, Map<WhenAst, boolean>>();

/** True only when the expression's value is `true`; false when finding it out would take more than is allowed. */
export function evaluateWhen(ast: WhenAst, scope: WhenScope, allowance: Allowance = WORK_LEAST): boolean {
  const results = known.get(scope) ?? new Map<WhenAst, boolean>();
  known.set(scope, results);
  const result = results.get(ast) ?? isTrue(ast, scope, allowance);
  results.set(ast, result);
  return result;
}

interface Evaluation {
  readonly scope: WhenScope;
  readonly work: Work;
  readonly allowance: Allowance;
}

function isTrue(ast: WhenAst, scope: WhenScope, allowance: Allowance): boolean {
  const { common } = allowance;
  const work = new Work(allowance.work, Math.max(LIMITS.whenWorkFree, common.left));
  try {
    return resolve(ast, { scope, work, allowance }) === true;
  } catch (error) {
    if (error instanceof Exhausted) return false;
    throw error;
  } finally {
    if (work.done > LIMITS.whenWorkFree) common.left = Math.max(0, common.left - Math.ceil(work.done));
  }
}

function resolve(ast: WhenAst, evaluation: Evaluation): Json {
  if (ast === null || typeof ast !== 'object') return ast;
  if ('var' in ast) return lookUp(evaluation.scope as unknown as JsonObject, ast.var);
  return asksInputOnly(ast) ? applyOnce(ast, evaluation) : apply(ast, evaluation);
}

interface Found {
  readonly value: Json;
  /** What it takes to find out; infinite when that is more than `work`, which was all that could be spent. */
  readonly units: number;
  readonly work: number;
}

const ofExecutions = new WeakMap<WhenScope['execution'], Map<WhenCall, Found>>();

/**
 * What is asked of the execution's input alone is the same for every step, and hundreds of them may end in one workflow task: it is
 * found out once. Each time it takes of the work what it takes to find out, so that it comes to the same as if it were not known;
 * and nothing of what the execution's expressions have in common, for how often it is found out is not the same on replay.
 */
function applyOnce(ast: WhenCall, { scope, work, allowance }: Evaluation): Json {
  const found = ofExecutions.get(scope.execution) ?? new Map<WhenCall, Found>();
  ofExecutions.set(scope.execution, found);
  const before = found.get(ast);
  const isEnough = before !== undefined && (Number.isFinite(before.units) || allowance.work <= before.work);
  const now = isEnough ? before : findOut(ast, scope, allowance);
  found.set(ast, now);
  work.spendFound(now.units);
  return now.value;
}

/** Whatever its expression has spent before: so it is found out once, also where it takes too much. */
function findOut(ast: WhenCall, scope: WhenScope, allowance: Allowance): Found {
  const work = new Work(allowance.work);
  try {
    return { value: apply(ast, { scope, work, allowance }), units: work.units, work: allowance.work };
  } catch (error) {
    if (error instanceof Exhausted) return { value: null, units: Number.POSITIVE_INFINITY, work: allowance.work };
    throw error;
  }
}

const inputOnly = new WeakMap<WhenCall, boolean>();

function asksInputOnly(ast: WhenAst): boolean {
  if (ast === null || typeof ast !== 'object') return true;
  if ('var' in ast) return ast.var.startsWith('execution.input');
  const before = inputOnly.get(ast);
  if (before !== undefined) return before;
  const isSo = ast.args.every(asksInputOnly);
  inputOnly.set(ast, isSo);
  return isSo;
}

function apply({ op, args }: WhenCall, evaluation: Evaluation): Json {
  if (op === 'and') return args.every((arg) => resolve(arg, evaluation) === true);
  if (op === 'or') return args.some((arg) => resolve(arg, evaluation) === true);
  const { work } = evaluation;
  const [a = null, b = null] = args.map((arg) => resolve(arg, evaluation));
  switch (op) {
    case 'not':
      return a !== true;
    case 'eq':
      return isEqual(a, b, work);
    case 'ne':
      return !isEqual(a, b, work);
    case 'gt':
      return isBelow(b, a, work);
    case 'lt':
      return isBelow(a, b, work);
    case 'gte':
      return isBelow(b, a, work) || isSameOrdered(a, b, work);
    case 'lte':
      return isBelow(a, b, work) || isSameOrdered(a, b, work);
    case 'regex':
      return typeof a === 'string' && typeof b === 'string' && matches(a, b, work);
    case 'includes':
      if (typeof a === 'string') return typeof b === 'string' && includesText(a, b, work);
      return Array.isArray(a) && a.some((item) => isEqual(item, b, work));
    case 'startsWith':
      return typeof a === 'string' && typeof b === 'string' && work.compare(a, b) && a.startsWith(b);
    case 'endsWith':
      return typeof a === 'string' && typeof b === 'string' && work.compare(a, b) && a.endsWith(b);
    case 'length':
      return typeof a === 'string' || Array.isArray(a) ? a.length : 0;
    case 'isEmpty':
      return a === null || a === '' || (typeof a === 'object' && work.sizeOf(a) === 0);
    default:
      return assertNever(op);
  }
}

/** A missing path is null: what is inherited, like `constructor`, is missing. */
function lookUp(root: Json, path: string): Json {
  let value: Json | undefined = root;
  for (const key of path.split('.')) {
    if (value === null || typeof value !== 'object') return null;
    if (Array.isArray(value)) value = /^\d+$/.test(key) ? (value[Number(key)] as Json | undefined) : undefined;
    else value = Object.hasOwn(value, key) ? (value as JsonObject)[key] : undefined;
    if (value === undefined) return null;
  }
  return value;
}

/** Structural, without coercion, and without recursion: an agent's output may be nested as deeply as it likes. */
function isEqual(left: Json, right: Json, work: Work): boolean {
  const pairs: [Json | undefined, Json | undefined][] = [[left, right]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [a, b] = pair;
    work.spend(ITEM_COST);
    if (typeof a === 'string' && typeof b === 'string' && a.length === b.length) work.compare(a, b);
    if (a === b) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b) || work.sizeOf(a) !== work.sizeOf(b)) return false;
    work.spend(work.sizeOf(a) * PAIR_COST);
    for (const key of Object.keys(a)) {
      if (!Object.hasOwn(b, key)) return false;
      pairs.push([(a as JsonObject)[key], (b as JsonObject)[key]]);
    }
  }
  return true;
}

/** To compare two values that are no texts, or to see that they are none. */
const ITEM_COST = 2;
/** To list, look up and remember a key and its two values. */
const PAIR_COST = 16;

/** Numbers by value, strings by code unit; across types nothing is below anything. */
function isBelow(a: Json, b: Json, work: Work): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return typeof a === 'string' && typeof b === 'string' && work.compare(a, b) && a < b;
}

const isSameOrdered = (a: Json, b: Json, work: Work): boolean =>
  (typeof a === 'number' || typeof a === 'string') && isEqual(a, b, work);

function matches(value: string, pattern: string, work: Work): boolean {
  work.spend(value.length * searchCost(pattern));
  return isFound(pattern, value);
}

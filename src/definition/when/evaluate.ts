// Runs a compiled `when` expression (contract 2 section 3). Strict types, own properties only, and nothing throws.
import { RE2JS } from 're2js';
import { assertNever, type Json, type JsonObject } from '../json';
import type { WhenAst, WhenCall } from './ast';

export interface WhenScope {
  readonly output: JsonObject | null;
  readonly step: JsonObject;
  readonly execution: { readonly input: JsonObject };
}

/** True only when the expression's value is `true`. */
export function evaluateWhen(ast: WhenAst, scope: WhenScope): boolean {
  return resolve(ast, scope) === true;
}

function resolve(ast: WhenAst, scope: WhenScope): Json {
  if (ast === null || typeof ast !== 'object') return ast;
  return 'var' in ast ? lookUp(scope as unknown as JsonObject, ast.var) : apply(ast, scope);
}

function apply({ op, args }: WhenCall, scope: WhenScope): Json {
  if (op === 'and') return args.every((arg) => resolve(arg, scope) === true);
  if (op === 'or') return args.some((arg) => resolve(arg, scope) === true);
  const [a = null, b = null] = args.map((arg) => resolve(arg, scope));
  switch (op) {
    case 'not':
      return a !== true;
    case 'eq':
      return isEqual(a, b);
    case 'ne':
      return !isEqual(a, b);
    case 'gt':
      return isBelow(b, a);
    case 'lt':
      return isBelow(a, b);
    case 'gte':
      return isBelow(b, a) || isSameOrdered(a, b);
    case 'lte':
      return isBelow(a, b) || isSameOrdered(a, b);
    case 'regex':
      return typeof a === 'string' && typeof b === 'string' && matches(a, b);
    case 'includes':
      if (typeof a === 'string') return typeof b === 'string' && a.includes(b);
      return Array.isArray(a) && a.some((item) => isEqual(item, b));
    case 'startsWith':
      return typeof a === 'string' && typeof b === 'string' && a.startsWith(b);
    case 'endsWith':
      return typeof a === 'string' && typeof b === 'string' && a.endsWith(b);
    case 'length':
      return typeof a === 'string' || Array.isArray(a) ? a.length : 0;
    case 'isEmpty':
      return isEmpty(a);
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
function isEqual(left: Json, right: Json): boolean {
  const pairs: [Json | undefined, Json | undefined][] = [[left, right]];
  for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) !== Array.isArray(b)) return false;
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(b, key)) return false;
      pairs.push([(a as JsonObject)[key], (b as JsonObject)[key]]);
    }
  }
  return true;
}

/** Numbers by value, strings by code unit; across types nothing is below anything. */
function isBelow(a: Json, b: Json): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b;
  return typeof a === 'string' && typeof b === 'string' && a < b;
}

const isSameOrdered = (a: Json, b: Json): boolean => (typeof a === 'number' || typeof a === 'string') && a === b;

function isEmpty(value: Json): boolean {
  if (value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Compiled patterns, the oldest dropped first: they are pure functions of their text, so this is no state. */
const compiled = new Map<string, RE2JS>();
const COMPILED_MAX = 200;

/** Searches; in linear time (RE2). A pattern that was not checked at write time matches nothing. */
function matches(value: string, pattern: string): boolean {
  let regex = compiled.get(pattern);
  if (!regex) {
    try {
      regex = RE2JS.compile(pattern);
    } catch {
      return false;
    }
    if (compiled.size >= COMPILED_MAX) compiled.delete(compiled.keys().next().value ?? '');
    compiled.set(pattern, regex);
  }
  return regex.matcher(value).find();
}

// Reads `when` expressions that are written as a JSON AST. Every refusal has a place in it, such as `args[0].var`.
import type { WhenAst } from './ast';
import { argumentError, isOperator } from './operators';
import { pathError, segmentsOf } from './path';

type Read = { readonly ast: WhenAst } | { readonly message: string; readonly place: string };

/** The expression as an AST, or what is wrong with it and where. Never throws. */
export function parseJsonAst(text: string): Read {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const at = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1] ?? String(text.length);
    return { message: 'malformed JSON', place: `character ${at}` };
  }
  return read(value, '');
}

function read(value: unknown, place: string): Read {
  // It would be stored as null.
  if (typeof value === 'number' && !Number.isFinite(value)) return refuse('the number is too large', place);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return { ast: value };
  }
  if (typeof value !== 'object' || Array.isArray(value)) return refuse('a list is no expression', place);
  const keys = Object.keys(value).sort().join();
  if (keys === 'var') return readVar((value as { var: unknown }).var, child(place, 'var'));
  if (keys === 'args,op') return readCall(value as { op: unknown; args: unknown }, place);
  return refuse('an expression is a literal, { "var": path } or { "op": name, "args": [...] }', place);
}

function readVar(path: unknown, place: string): Read {
  if (typeof path !== 'string') return refuse('var must be a dot path such as "output.score"', place);
  const segments = segmentsOf(path);
  const problem = pathError(segments);
  return problem === null ? { ast: { var: segments.join('.') } } : refuse(problem, place);
}

function readCall({ op, args }: { op: unknown; args: unknown }, place: string): Read {
  if (typeof op !== 'string' || !isOperator(op))
    return refuse(`unknown operator ${JSON.stringify(op)}`, child(place, 'op'));
  if (!Array.isArray(args)) return refuse('args must be a list', child(place, 'args'));
  const asts: WhenAst[] = [];
  for (const [index, arg] of args.entries()) {
    const result = read(arg, `${child(place, 'args')}[${index}]`);
    if (!('ast' in result)) return result;
    asts.push(result.ast);
  }
  const problem = argumentError(op, asts);
  return problem === null ? { ast: { op, args: asts } } : refuse(problem, child(place, 'args'));
}

const child = (place: string, key: string): string => (place === '' ? key : `${place}.${key}`);
const refuse = (message: string, place: string): Read => ({ message, place: place === '' ? 'the top' : place });

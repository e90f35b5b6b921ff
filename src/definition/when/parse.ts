// Compiles a `when` as its author wrote it, infix or JSON AST, to the one form that is stored and run.
import { LIMITS } from '../limits';
import type { WhenAst } from './ast';
import { parseInfix } from './parse-infix';
import { parseJsonAst } from './parse-json';

export type ParsedWhen =
  | { readonly ok: true; readonly ast: WhenAst }
  /** `position`: an offset from 0 in infix, a place such as `args[0].op` in a JSON AST. */
  | { readonly ok: false; readonly message: string; readonly position: string };

/** Accepts at most 1,000 characters and an AST of depth 32 (contract 2 section 3). Never throws. */
export function parseWhen(text: string): ParsedWhen {
  if (text.length > LIMITS.whenLengthMax) {
    return refuse(
      `the expression has ${text.length} characters; at most ${LIMITS.whenLengthMax} are possible`,
      'its end',
    );
  }
  const parsed = text.trimStart().startsWith('{') ? parseJsonAst(text) : parseInfix(text);
  if (!('ast' in parsed)) return refuse(parsed.message, 'place' in parsed ? parsed.place : `character ${parsed.index}`);
  if (depthOf(parsed.ast) > LIMITS.whenDepthMax) {
    return refuse(`the expression is nested more than ${LIMITS.whenDepthMax} deep`, 'the top');
  }
  return { ok: true, ast: parsed.ast };
}

const refuse = (message: string, position: string): ParsedWhen => ({ ok: false, message, position });

/** A literal or a path has depth 1. */
function depthOf(ast: WhenAst): number {
  if (ast === null || typeof ast !== 'object' || 'var' in ast) return 1;
  let deepest = 0;
  for (const arg of ast.args) deepest = Math.max(deepest, depthOf(arg));
  return 1 + deepest;
}

// The `when` of every edge, each text parsed once for all edges and rules, and what their regexes cost together (docs/decisions/0052).
import type { DefinitionEdge } from '../definition';
import { LIMITS } from '../limits';
import type { WhenAst } from '../when/ast';
import { type ParsedWhen, parseWhen } from '../when/parse';
import { patternCost, unreadCost } from '../when/pattern';

/**
 * For each edge what its `when` says, or null. What stands behind the regex that is too much is not looked at; a condition that is
 * refused counts too, for its regexes were compiled before something was found wrong.
 */
export function parseConditions(edges: readonly DefinitionEdge[]): readonly (ParsedWhen | null)[] {
  const known = new Map<string, ParsedWhen>();
  const counted = new Set<string>();
  let total = 0;
  const count = (text: string, cost: number): void => {
    if (!counted.has(text)) total += cost;
    counted.add(text);
  };
  return edges.map(({ when }) => {
    if (when === null || total > LIMITS.regexSizeSumMax) return null;
    const parsed = known.get(when) ?? parseWhen(when);
    known.set(when, parsed);
    if (!/regex|\\u/.test(when)) return parsed;
    if (!parsed.ok) {
      count(when, unreadCost(when));
      return parsed;
    }
    for (const pattern of patternsOf(parsed.ast)) count(pattern, patternCost(pattern));
    return total > LIMITS.regexSizeSumMax ? TOO_MANY_REGEXES : parsed;
  });
}

const TOO_MANY_REGEXES: ParsedWhen = {
  ok: false,
  message: `the regexes up to here are too large together (more than ${LIMITS.regexSizeSumMax} instructions); use fewer or smaller ones`,
  position: 'its regex',
};

function patternsOf(ast: WhenAst): readonly string[] {
  if (ast === null || typeof ast !== 'object' || 'var' in ast) return [];
  const pattern = ast.op === 'regex' ? ast.args[1] : null;
  return [...ast.args.flatMap(patternsOf), ...(typeof pattern === 'string' ? [pattern] : [])];
}

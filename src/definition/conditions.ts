// Parses the `when` of every edge, once, when a definition is written: what runs needs no parser (contract 2 section 4).
import type { DefinitionEdge } from './definition';
import type { WhenAst } from './when/ast';
import { parseWhen } from './when/parse';

/** For each edge what its `when` means, or null. The edges must have been linted: what does not parse is a bug here. */
export function conditionsOf(edges: readonly DefinitionEdge[]): readonly (WhenAst | null)[] {
  return edges.map(({ when }) => {
    if (when === null) return null;
    const parsed = parseWhen(when);
    if (!parsed.ok) throw new Error(`an edge was compiled before it was linted: ${parsed.message}`);
    return parsed.ast;
  });
}

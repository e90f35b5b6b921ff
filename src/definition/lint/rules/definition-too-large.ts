// What is stored of the conditions, or shown as the compiled form, is too large for one payload (docs/decisions/0051).

import { type Json, jsonBytes } from '../../json';
import { LIMITS } from '../../limits';
import { meaningOf } from '../../role';
import type { WhenAst } from '../../when/ast';
import type { Rule } from '../rule';
import type { SubjectEdge } from '../subject';

export const definitionTooLarge: Rule = {
  code: 'definition-too-large',
  *check({ edges }) {
    let conditions = 0;
    let compiled = 0;
    for (const subject of edges) {
      const condition = subject.parsed?.ok ? subject.parsed.ast : null;
      const isLarge = [conditions > LIMITS.conditionsBytesMax, compiled > LIMITS.compiledBytesMax];
      conditions += bytesOf(condition);
      compiled += compiledBytes(subject, condition);
      if (!isLarge[0] && conditions > LIMITS.conditionsBytesMax) {
        const message = `The conditions up to here are more than ${LIMITS.conditionsBytesMax} bytes as a JSON AST together; make them shorter or fewer.`;
        yield { message, path: `${subject.path}.when` };
      }
      if (!isLarge[1] && compiled > LIMITS.compiledBytesMax) {
        const message = `The edges up to here compile to more than ${LIMITS.compiledBytesMax} bytes (an edge of a group is compiled once for each member); use fewer edges from and to large groups.`;
        yield { message, path: subject.path };
      }
    }
  },
};

/** What stands around the ids, the role and the expression of a compiled edge. */
const FRAME_BYTES = 90;

function compiledBytes({ edge, role, from, to, sources, targets }: SubjectEdge, condition: WhenAst | null): number {
  const count = sources.length * targets.length;
  if (edge.loop || role === 'exhausted' || count === 0) return 0;
  const frame = FRAME_BYTES + from.length + to.length + bytesOf(meaningOf(role, condition));
  return count * frame + lengthOf(sources) * targets.length + lengthOf(targets) * sources.length;
}

const bytesOf = (ast: WhenAst | null): number => (ast === null ? 4 : jsonBytes(ast as unknown as Json));
const lengthOf = (ids: readonly string[]): number => ids.reduce((sum, nodeId) => sum + nodeId.length, 0);

// What is stored of the conditions, or shown as the compiled form, is too large for one payload (docs/decisions/0051).

import { jsonBytes } from '../../json';
import { LIMITS } from '../../limits';
import type { WhenAst } from '../../when/ast';
import type { Rule } from '../rule';
import type { SubjectEdge } from '../subject-edge';

export const definitionTooLarge: Rule = {
  code: 'definition-too-large',
  *check({ edges }) {
    let conditions = 0;
    let compiled = 0;
    for (const subject of edges) {
      const condition = subject.parsed?.ok ? subject.parsed.ast : null;
      const isLarge = [conditions > LIMITS.conditionsBytesMax, compiled > LIMITS.compiledBytesMax];
      const bytes = bytesOf(condition);
      conditions += bytes;
      compiled += compiledBytes(subject, bytes);
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
/** At most what a role other than custom means as an expression. */
const ROLE_BYTES = 150;

function compiledBytes({ edge, role, from, to, sources, targets }: SubjectEdge, whenBytes: number): number {
  const count = sources.length * targets.length;
  if (edge.loop || role === 'exhausted' || count === 0) return 0;
  const frame = FRAME_BYTES + from.length + to.length + (role === 'custom' ? whenBytes : ROLE_BYTES);
  return count * frame + lengthOf(sources) * targets.length + lengthOf(targets) * sources.length;
}

/** The length of an expression as JSON, without writing it. */
function bytesOf(ast: WhenAst | null): number {
  if (ast === null || typeof ast !== 'object') return typeof ast === 'string' ? jsonBytes(ast) : String(ast).length;
  if ('var' in ast) return 10 + ast.var.length;
  let bytes = 19 + ast.op.length;
  for (const arg of ast.args) bytes += 1 + bytesOf(arg);
  return bytes;
}

const lengthOf = (ids: readonly string[]): number => ids.reduce((sum, nodeId) => sum + nodeId.length, 0);

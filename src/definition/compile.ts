// Compiles edges to the form that the engine runs: endpoints as node ids, roles as expressions (contract 2 section 4).
import { type AuthoredEdge, type CompiledDefinition, type CompiledEdge, type EdgeRole, endpointId } from './definition';
import type { WhenAst } from './when/ast';
import { parseWhen } from './when/parse';

const IS_COMPLETED: WhenAst = { op: 'eq', args: [{ var: 'step.status' }, 'completed'] };
const DECISION: WhenAst = { var: 'output.decision' };

/** What a role means; `always` fires whenever an edge can fire at all. */
const ROLES: Readonly<Record<Exclude<EdgeRole, 'custom'>, WhenAst | null>> = {
  default: { op: 'and', args: [IS_COMPLETED, { op: 'ne', args: [DECISION, 'reject'] }] },
  always: null,
  approve: { op: 'and', args: [IS_COMPLETED, { op: 'eq', args: [DECISION, 'approve'] }] },
  reject: { op: 'and', args: [IS_COMPLETED, { op: 'eq', args: [DECISION, 'reject'] }] },
};

/** The role of an edge: `custom` is what a `when` makes of it, `default` what neither `on` nor `when` does. */
export function roleOf({ on, when }: Pick<AuthoredEdge, 'on' | 'when'>): EdgeRole | 'exhausted' {
  return on ?? (when === null ? 'default' : 'custom');
}

/** Compiles edges in their order. They must have been linted: a `when` that does not parse is a bug here. */
export function compile(edges: readonly AuthoredEdge[]): CompiledDefinition {
  return { forwardEdges: edges.map(compileEdge), loops: [] };
}

function compileEdge(edge: AuthoredEdge): CompiledEdge {
  const role = roleOf(edge);
  if (role === 'exhausted') throw new Error('exhausted edges are not supported');
  const ends = { from: endpointId(edge.from), to: endpointId(edge.to) };
  if (role !== 'custom') return { ...ends, role, when: ROLES[role] };
  const parsed = parseWhen(edge.when ?? '');
  if (!parsed.ok) throw new Error(`an edge was compiled before it was linted: ${parsed.message}`);
  return { ...ends, role, when: parsed.ast };
}

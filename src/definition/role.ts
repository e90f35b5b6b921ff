// What an edge fires on: the role of an edge, and what each role means as an expression (contract 2 sections 3 and 4).
import type { DefinitionEdge, EdgeRole } from './definition';
import type { WhenAst } from './when/ast';

const IS_COMPLETED: WhenAst = { op: 'eq', args: [{ var: 'step.status' }, 'completed'] };
const DECISION: WhenAst = { var: 'output.decision' };

/** `always` fires whenever an edge can fire at all. */
const MEANINGS: Readonly<Record<Exclude<EdgeRole, 'custom' | 'exhausted'>, WhenAst | null>> = {
  default: { op: 'and', args: [IS_COMPLETED, { op: 'ne', args: [DECISION, 'reject'] }] },
  always: null,
  approve: { op: 'and', args: [IS_COMPLETED, { op: 'eq', args: [DECISION, 'approve'] }] },
  reject: { op: 'and', args: [IS_COMPLETED, { op: 'eq', args: [DECISION, 'reject'] }] },
};

/** The role of an edge: `custom` is what a `when` makes of it, `default` what neither `on` nor `when` does. */
export function roleOf({ on, when }: Pick<DefinitionEdge, 'on' | 'when'>): EdgeRole {
  return on ?? (when === null ? 'default' : 'custom');
}

/** What a forward edge of this role fires on; `condition` is the parsed `when` of a custom edge. */
export function meaningOf(role: Exclude<EdgeRole, 'exhausted'>, condition: WhenAst | null): WhenAst | null {
  return role === 'custom' ? condition : MEANINGS[role];
}

// An edge under the linter: its ends as nodes, its role, and what its `when` says.
import type { DefinitionEdge, EdgeRole } from '../definition';
import type { ParsedWhen } from '../when/parse';

export interface SubjectEdge {
  readonly edge: DefinitionEdge;
  /** The ids of nodes or groups, whether they exist or not. */
  readonly from: string;
  readonly to: string;
  readonly fromGroupId: string | null;
  readonly toGroupId: string | null;
  /** The nodes that it leads from and to: of a group its members. Empty when an end does not exist, or both are groups. */
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly role: EdgeRole;
  /** Null: it has no `when`. */
  readonly parsed: ParsedWhen | null;
  /** Its place among the authored edges, and as a path: `edges[3]`. */
  readonly index: number;
  readonly path: string;
}

/** The node or the group that an edge begins at, as a finding names it. */
export const beginOf = ({ from, fromGroupId }: SubjectEdge): { nodeId: string } | { groupId: string } =>
  fromGroupId === null ? { nodeId: from } : { groupId: from };

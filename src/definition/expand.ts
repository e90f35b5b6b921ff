// Edges with their group endpoints expanded: one edge for each member (contract 2 sections 4 and 6).
import { type DefinitionEdge, type DefinitionGroup, type EdgeRole, type Endpoint, endpointId } from './definition';
import { roleOf } from './role';

export interface ExpandedEdge {
  readonly from: string;
  readonly to: string;
  readonly role: EdgeRole;
  /** Its place among the authored edges. */
  readonly index: number;
  readonly fromGroupId: string | null;
  readonly toGroupId: string | null;
  /** It leads back, as the edge of a loop. */
  readonly isLoop: boolean;
}

/** In the definition's order, members in their group's; an endpoint that names nothing is kept as it is. */
export function expandEdges(
  edges: readonly DefinitionEdge[],
  groups: readonly Pick<DefinitionGroup, 'groupId' | 'memberNodeIds'>[],
): readonly ExpandedEdge[] {
  const members = new Map(groups.map((group) => [group.groupId, group.memberNodeIds]));
  const expanded: ExpandedEdge[] = [];
  for (const [index, edge] of edges.entries()) {
    const [fromGroupId, toGroupId] = [groupIdOf(edge.from), groupIdOf(edge.to)];
    const sources = fromGroupId === null ? [endpointId(edge.from)] : (members.get(fromGroupId) ?? []);
    const targets = toGroupId === null ? [endpointId(edge.to)] : (members.get(toGroupId) ?? []);
    const role = roleOf(edge);
    const isLoop = edge.loop !== undefined;
    for (const from of sources) {
      for (const to of targets) expanded.push({ from, to, role, index, fromGroupId, toGroupId, isLoop });
    }
  }
  return expanded;
}

/** An edge that is walked forward: neither the back edge of a loop nor the way out of an exhausted one. */
export type ForwardEdge = ExpandedEdge & { readonly role: Exclude<EdgeRole, 'exhausted'> };

export const isForward = <E extends ExpandedEdge>(edge: E): edge is E & ForwardEdge =>
  !edge.isLoop && edge.role !== 'exhausted';

/** The id of the group that an endpoint names, or null when it names a node. */
export function groupIdOf(endpoint: Endpoint): string | null {
  return typeof endpoint === 'object' && endpoint.kind === 'group' ? endpoint.groupId : null;
}

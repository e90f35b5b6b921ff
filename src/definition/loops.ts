// Reject loops: which nodes a loop's body has, and where it leads when it is exhausted (contract 2 section 7).
import { type DefinitionEdge, type DefinitionGroup, endpointId } from './definition';
import { type ExpandedEdge, groupIdOf, isForward } from './expand';
import { type Walk, walkOf } from './walk';

export interface LoopRegion {
  readonly loopId: string;
  readonly entryNodeId: string;
  /** Every node on a path from the entry to where the loop's edge begins, in the definition's order. */
  readonly bodyNodeIds: readonly string[];
  readonly maxIterations: number;
  /** Where the loop's edge begins: a node, or a group. */
  readonly from: { readonly nodeId: string } | { readonly groupId: string };
  /** The place of the loop's edge among the authored edges. */
  readonly index: number;
  readonly exhausted: { readonly toNodeId: string; readonly index: number } | null;
}

export interface LoopSource {
  readonly nodes: readonly { readonly nodeId: string }[];
  readonly edges: readonly DefinitionEdge[];
  readonly groups: readonly Pick<DefinitionGroup, 'groupId' | 'memberNodeIds'>[];
}

export const loopIdOf = (entryNodeId: string): string => `loop_${entryNodeId}`;

/** The loops of a linted definition, in the order of their edges. */
export function loopRegions({ nodes, edges, groups }: LoopSource, expanded: readonly ExpandedEdge[]): LoopRegion[] {
  if (!edges.some((edge) => edge.loop)) return [];
  const nodeIds = nodes.map((node) => node.nodeId);
  const walk = walkOf(
    nodeIds,
    expanded.filter(isForward).map(({ from, to }) => [from, to] as const),
  );
  const exhausted = edges.flatMap((edge, index) => (edge.on === 'exhausted' ? [{ edge, index }] : []));
  const members = new Map(groups.map((group) => [group.groupId, group.memberNodeIds]));
  return edges.flatMap((edge, index) => {
    if (edge.loop === undefined) return [];
    const entryNodeId = endpointId(edge.to);
    const groupId = groupIdOf(edge.from);
    const ends = groupId === null ? [endpointId(edge.from)] : (members.get(groupId) ?? []);
    const region: LoopRegion = {
      loopId: loopIdOf(entryNodeId),
      entryNodeId,
      bodyNodeIds: loopBody(nodeIds, walk, { entryNodeId, leading: walk.leadingTo(ends) }),
      maxIterations: edge.loop.maxIterations,
      from: groupId === null ? { nodeId: endpointId(edge.from) } : { groupId },
      index,
      exhausted: besideLoop(edge, exhausted),
    };
    return [region];
  });
}

/** Every node on a path from the entry to where the loop's edge begins, which `leading` lead to; in the order of `nodeIds`. */
export function loopBody(
  nodeIds: readonly string[],
  walk: Walk,
  { entryNodeId, leading }: { readonly entryNodeId: string; readonly leading: ReadonlySet<string> },
): readonly string[] {
  return nodeIds.filter((nodeId) => leading.has(nodeId) && walk.leadsTo(entryNodeId, nodeId));
}

interface PlacedEdge {
  readonly edge: DefinitionEdge;
  readonly index: number;
}

/** The exhausted edge that begins where the loop's edge does. */
function besideLoop(loop: DefinitionEdge, exhausted: readonly PlacedEdge[]): LoopRegion['exhausted'] {
  const beside = exhausted.find(({ edge }) => isSameSource(edge, loop));
  return beside === undefined ? null : { toNodeId: endpointId(beside.edge.to), index: beside.index };
}

function isSameSource(a: DefinitionEdge, b: DefinitionEdge): boolean {
  return endpointId(a.from) === endpointId(b.from) && groupIdOf(a.from) === groupIdOf(b.from);
}

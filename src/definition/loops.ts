// Reject loops: which nodes a loop's body has, and where it leads when it is exhausted (contract 2 section 7).
import { type DefinitionEdge, type DefinitionGroup, endpointId } from './definition';
import { type ExpandedEdge, groupIdOf, isForward } from './expand';

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

/** The loops in the order of their edges; each costs one walk of the graph. */
export function loopRegions({ nodes, edges, groups }: LoopSource, expanded: readonly ExpandedEdge[]): LoopRegion[] {
  const forward = expanded.filter(isForward);
  const onwards = adjacency(forward, ({ from, to }) => [from, to]);
  const backwards = adjacency(forward, ({ from, to }) => [to, from]);
  return edges.flatMap((edge, index) => {
    if (edge.loop === undefined) return [];
    const entryNodeId = endpointId(edge.to);
    const groupId = groupIdOf(edge.from);
    const ends = groupId === null ? [endpointId(edge.from)] : membersOf(groups, groupId);
    const after = reach([entryNodeId], onwards);
    const before = reach(ends, backwards);
    const body = nodes.map((node) => node.nodeId).filter((nodeId) => after.has(nodeId) && before.has(nodeId));
    const region: LoopRegion = {
      loopId: loopIdOf(entryNodeId),
      entryNodeId,
      bodyNodeIds: body,
      maxIterations: edge.loop.maxIterations,
      from: groupId === null ? { nodeId: endpointId(edge.from) } : { groupId },
      index,
      exhausted: exhaustedBeside(edges, edge),
    };
    return [region];
  });
}

/** The exhausted edge that begins where the loop's edge does. */
function exhaustedBeside(edges: readonly DefinitionEdge[], loop: DefinitionEdge): LoopRegion['exhausted'] {
  const index = edges.findIndex((edge) => edge.on === 'exhausted' && isSameSource(edge, loop));
  const edge = edges[index];
  return edge === undefined ? null : { toNodeId: endpointId(edge.to), index };
}

function isSameSource(a: DefinitionEdge, b: DefinitionEdge): boolean {
  return endpointId(a.from) === endpointId(b.from) && (groupIdOf(a.from) === null) === (groupIdOf(b.from) === null);
}

const membersOf = (groups: LoopSource['groups'], groupId: string): readonly string[] =>
  groups.find((group) => group.groupId === groupId)?.memberNodeIds ?? [];

function adjacency(edges: readonly ExpandedEdge[], ends: (edge: ExpandedEdge) => [string, string]) {
  const next = new Map<string, string[]>();
  for (const edge of edges) {
    const [from, to] = ends(edge);
    const known = next.get(from);
    if (known) known.push(to);
    else next.set(from, [to]);
  }
  return next;
}

function reach(starts: readonly string[], next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set(starts);
  const open = [...starts];
  for (let nodeId = open.pop(); nodeId !== undefined; nodeId = open.pop()) {
    for (const target of next.get(nodeId) ?? []) {
      if (seen.has(target)) continue;
      seen.add(target);
      open.push(target);
    }
  }
  return seen;
}

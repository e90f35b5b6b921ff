// A definition indexed for walking: nodes, the edges of nodes and of groups, groups, loops, roots.
import type { DefinitionGroup, DefinitionNode, EdgeRole, PinnedDefinition } from './definition';
import { type ExpandedEdge, expandEdges } from './expand';
import { type LoopRegion, loopRegions } from './loops';
import { meaningOf } from './role';
import type { WhenAst } from './when/ast';

export interface GraphEdge {
  readonly to: string;
  readonly role: Exclude<EdgeRole, 'exhausted'>;
  /** Null: it fires whenever an edge can fire at all. */
  readonly when: WhenAst | null;
  /** Children start in the order of their edges (contract 2 section 5). */
  readonly order: number;
}

export interface GraphLoop {
  readonly loopId: string;
  readonly entryNodeId: string;
  readonly body: ReadonlySet<string>;
  readonly maxIterations: number;
  readonly order: number;
  readonly exhausted: { readonly to: string; readonly order: number } | null;
}

export interface Graph {
  readonly nodes: ReadonlyMap<string, DefinitionNode>;
  /** A node's own forward edges, in the definition's order. */
  readonly edgesFrom: ReadonlyMap<string, readonly GraphEdge[]>;
  /** The forward edges whose source is the group itself. */
  readonly collectiveEdges: ReadonlyMap<string, readonly GraphEdge[]>;
  readonly groupOf: ReadonlyMap<string, DefinitionGroup>;
  readonly groups: ReadonlyMap<string, DefinitionGroup>;
  /** The loop whose edge begins at this node. */
  readonly loopFromNode: ReadonlyMap<string, GraphLoop>;
  readonly loopFromGroup: ReadonlyMap<string, GraphLoop>;
  /** The loop whose body has this node. */
  readonly loopAround: ReadonlyMap<string, GraphLoop>;
  /** No incoming forward edge, and no target of an exhausted edge; in the definition's order (contract 2 section 5). */
  readonly roots: readonly string[];
}

/** Indexes a linted definition; linear in its size with its group endpoints expanded. */
export function indexGraph(definition: Pick<PinnedDefinition, 'nodes' | 'edges' | 'groups' | 'conditions'>): Graph {
  const { nodes, edges, groups, conditions } = definition;
  const expanded = expandEdges(edges, groups);
  const orderOf = (index: number): number => expanded.findIndex((edge) => edge.index === index);
  const targets = new Set(expanded.filter((edge) => !edge.isLoop).map((edge) => edge.to));
  const regions = loopRegions(definition, expanded).map((region) => ({ region, loop: graphLoop(region, orderOf) }));
  const loopsFrom = (key: 'nodeId' | 'groupId') =>
    new Map(
      regions.flatMap(({ region, loop }): [string, GraphLoop][] => {
        const from = region.from as Partial<Record<'nodeId' | 'groupId', string>>;
        return from[key] === undefined ? [] : [[from[key], loop]];
      }),
    );
  return {
    nodes: new Map(nodes.map((node) => [node.nodeId, node])),
    edgesFrom: forwardEdges(expanded, conditions, (edge) => (edge.fromGroupId === null ? edge.from : null)),
    collectiveEdges: forwardEdges(firstOfEach(expanded), conditions, (edge) => edge.fromGroupId),
    groupOf: new Map(groups.flatMap((group) => group.memberNodeIds.map((nodeId) => [nodeId, group] as const))),
    groups: new Map(groups.map((group) => [group.groupId, group])),
    loopFromNode: loopsFrom('nodeId'),
    loopFromGroup: loopsFrom('groupId'),
    loopAround: new Map(regions.flatMap(({ loop }) => [...loop.body].map((nodeId) => [nodeId, loop] as const))),
    roots: nodes.map((node) => node.nodeId).filter((nodeId) => !targets.has(nodeId)),
  };
}

type Ranked = ExpandedEdge & { readonly order?: number };

function forwardEdges(
  edges: readonly Ranked[],
  conditions: readonly (WhenAst | null)[],
  sourceOf: (edge: ExpandedEdge) => string | null,
): ReadonlyMap<string, readonly GraphEdge[]> {
  const from = new Map<string, GraphEdge[]>();
  for (const [position, edge] of edges.entries()) {
    const { to, role, index, isLoop } = edge;
    const source = sourceOf(edge);
    if (source === null || isLoop || role === 'exhausted') continue;
    const indexed: GraphEdge = {
      to,
      role,
      when: meaningOf(role, conditions[index] ?? null),
      order: edge.order ?? position,
    };
    const leaving = from.get(source);
    if (leaving) leaving.push(indexed);
    else from.set(source, [indexed]);
  }
  return from;
}

/** A group's edge leaves the group once, not once for each member. */
function firstOfEach(expanded: readonly ExpandedEdge[]): readonly Ranked[] {
  const seen = new Set<string>();
  return expanded.flatMap((edge, order) => {
    const key = `${edge.index} ${edge.to}`;
    if (edge.fromGroupId === null || seen.has(key)) return [];
    seen.add(key);
    return [{ ...edge, order }];
  });
}

function graphLoop(region: LoopRegion, orderOf: (index: number) => number): GraphLoop {
  const { loopId, entryNodeId, bodyNodeIds, maxIterations, index, exhausted } = region;
  return {
    loopId,
    entryNodeId,
    body: new Set(bodyNodeIds),
    maxIterations,
    order: orderOf(index),
    exhausted: exhausted === null ? null : { to: exhausted.toNodeId, order: orderOf(exhausted.index) },
  };
}

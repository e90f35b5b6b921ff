// A definition indexed for walking: nodes, the edges of nodes and of groups, groups, loops, roots.
import type { DefinitionGroup, DefinitionNode, EdgeRole, PinnedDefinition } from './definition';
import { type ExpandedEdge, expandEdges, type ForwardEdge, isForward } from './expand';
import { LIMITS } from './limits';
import { type LoopRegion, loopRegions } from './loops';
import { meaningOf } from './role';
import { type Walk, walkOf } from './walk';
import type { WhenAst } from './when/ast';

export interface GraphEdge {
  readonly to: string;
  readonly role: Exclude<EdgeRole, 'exhausted'>;
  /** Null: it fires whenever an edge can fire at all. */
  readonly when: WhenAst | null;
  /** What its evaluation may spend, in units of about 25 nanoseconds (`Allowance.work`). */
  readonly work: number;
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
  /** Whether a path of edges leads from one node to the other, those of loops aside; a node leads to itself. */
  leadsTo(from: string, to: string): boolean;
  /** No incoming forward edge, and no target of an exhausted edge; in the definition's order (contract 2 section 5). */
  readonly roots: readonly string[];
}

/** Indexes a linted definition; linear in its size with its group endpoints expanded. */
export function indexGraph(definition: Pick<PinnedDefinition, 'nodes' | 'edges' | 'groups' | 'conditions'>): Graph {
  const { nodes, edges, groups, conditions } = definition;
  const ranked = expandEdges(edges, groups).map((edge, order): RankedEdge => ({ ...edge, order }));
  const forward = ranked.filter(isForward);
  const meaning: EdgeMeaning = { conditions, work: workOf(conditions) };
  const onward = ranked.filter((edge) => !edge.isLoop);
  const targets = new Set(onward.map((edge) => edge.to));
  const orders = ordersOf(ranked);
  const loops = loopRegions(definition, ranked).map((region) => [region, graphLoop(region, orders)] as const);
  return {
    nodes: new Map(nodes.map((node) => [node.nodeId, node])),
    edgesFrom: edgesBy(forward, meaning, (edge) => (edge.fromGroupId === null ? edge.from : null)),
    collectiveEdges: edgesBy(firstOfEach(forward), meaning, (edge) => edge.fromGroupId),
    groupOf: new Map(groups.flatMap((group) => group.memberNodeIds.map((nodeId) => [nodeId, group] as const))),
    groups: new Map(groups.map((group) => [group.groupId, group])),
    loopFromNode: new Map(
      loops.flatMap(([{ from }, loop]) => ('nodeId' in from ? [[from.nodeId, loop] as const] : [])),
    ),
    loopFromGroup: new Map(
      loops.flatMap(([{ from }, loop]) => ('groupId' in from ? [[from.groupId, loop] as const] : [])),
    ),
    loopAround: new Map(loops.flatMap(([, loop]) => [...loop.body].map((nodeId) => [nodeId, loop] as const))),
    leadsTo: leadingAlong(nodes, onward),
    roots: nodes.map((node) => node.nodeId).filter((nodeId) => !targets.has(nodeId)),
  };
}

/** Made when it is first asked, for few executions ever ask. */
function leadingAlong(nodes: readonly DefinitionNode[], edges: readonly ExpandedEdge[]): Graph['leadsTo'] {
  let walk: Walk | null = null;
  return (from, to) => {
    walk ??= walkOf(
      nodes.map((node) => node.nodeId),
      edges.map((edge) => [edge.from, edge.to] as const),
    );
    return walk.leadsTo(from, to);
  };
}

type RankedEdge = ExpandedEdge & { readonly order: number };
type RankedForward = ForwardEdge & RankedEdge;

interface EdgeMeaning {
  readonly conditions: PinnedDefinition['conditions'];
  readonly work: number;
}

/** The conditions of a definition share what may be spent on them (docs/decisions/0052). */
function workOf(conditions: PinnedDefinition['conditions']): number {
  const count = conditions.filter((condition) => condition !== null).length;
  return Math.floor(LIMITS.whenWorkMax / Math.max(1, count));
}

function edgesBy(
  edges: readonly RankedForward[],
  { conditions, work }: EdgeMeaning,
  sourceOf: (edge: ExpandedEdge) => string | null,
): ReadonlyMap<string, readonly GraphEdge[]> {
  const from = new Map<string, GraphEdge[]>();
  for (const edge of edges) {
    const { to, role, index, order } = edge;
    const source = sourceOf(edge);
    if (source === null) continue;
    const indexed: GraphEdge = { to, role, when: meaningOf(role, conditions[index] ?? null), work, order };
    const leaving = from.get(source);
    if (leaving) leaving.push(indexed);
    else from.set(source, [indexed]);
  }
  return from;
}

/** A group's edge leaves the group once, not once for each member. */
function firstOfEach(edges: readonly RankedForward[]): readonly RankedForward[] {
  const seen = new Set<string>();
  return edges.filter(({ index, to }) => {
    const key = `${index} ${to}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** By the place of an authored edge: the rank of the first edge it expands to. */
function ordersOf(ranked: readonly RankedEdge[]): ReadonlyMap<number, number> {
  return new Map(ranked.toReversed().map((edge) => [edge.index, edge.order] as const));
}

function graphLoop(region: LoopRegion, orders: ReadonlyMap<number, number>): GraphLoop {
  const { loopId, entryNodeId, bodyNodeIds, maxIterations, index, exhausted } = region;
  const orderOf = (edgeIndex: number): number => orders.get(edgeIndex) ?? 0;
  return {
    loopId,
    entryNodeId,
    body: new Set(bodyNodeIds),
    maxIterations,
    order: orderOf(index),
    exhausted: exhausted === null ? null : { to: exhausted.toNodeId, order: orderOf(exhausted.index) },
  };
}

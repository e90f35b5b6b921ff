// A compiled definition, indexed for walking: nodes by id, outgoing edges by node, the group of a node, the roots.
import type { CompiledEdge, DefinitionGroup, DefinitionNode, PinnedDefinition } from './definition';

export interface Graph {
  readonly nodes: ReadonlyMap<string, DefinitionNode>;
  /** Edges that leave a node, in the definition's order. */
  readonly edgesFrom: ReadonlyMap<string, readonly CompiledEdge[]>;
  readonly groupOf: ReadonlyMap<string, DefinitionGroup>;
  readonly groups: ReadonlyMap<string, DefinitionGroup>;
  /** Nodes without an incoming forward edge, in the definition's order (contract 2 section 5). */
  readonly roots: readonly string[];
}

/** Indexes a linted definition; linear in its size. */
export function indexGraph(definition: Pick<PinnedDefinition, 'nodes' | 'groups' | 'compiled'>): Graph {
  const edgesFrom = new Map<string, CompiledEdge[]>();
  const targets = new Set<string>();
  for (const edge of definition.compiled.forwardEdges) {
    const leaving = edgesFrom.get(edge.from);
    if (leaving) leaving.push(edge);
    else edgesFrom.set(edge.from, [edge]);
    targets.add(edge.to);
  }
  const groupOf = new Map<string, DefinitionGroup>();
  for (const group of definition.groups) {
    for (const nodeId of group.memberNodeIds) groupOf.set(nodeId, group);
  }
  return {
    nodes: new Map(definition.nodes.map((node) => [node.nodeId, node])),
    edgesFrom,
    groupOf,
    groups: new Map(definition.groups.map((group) => [group.groupId, group])),
    roots: definition.nodes.map((node) => node.nodeId).filter((nodeId) => !targets.has(nodeId)),
  };
}

// A definition under the linter, indexed once for all rules. It may be broken in any way that the schema lets through.
import { type AuthoredDefinition, type AuthoredNode, type DefinitionGroup, endpointId } from '../definition';
import { groupIdOf } from '../expand';
import { roleOf } from '../role';
import { type Walk, walkOf } from '../walk';
import { parseConditions } from './conditions';
import type { SubjectEdge } from './subject-edge';
import { type SubjectLoop, subjectLoops } from './subject-loops';

export interface Subject {
  readonly definition: AuthoredDefinition;
  readonly nodes: ReadonlyMap<string, AuthoredNode>;
  readonly groups: ReadonlyMap<string, DefinitionGroup>;
  readonly edges: readonly SubjectEdge[];
  /** A node's own forward edges: neither those of its group, nor loops, nor exhausted ones. */
  readonly forwardFrom: ReadonlyMap<string, readonly SubjectEdge[]>;
  /** Where these lead to, each node once. */
  readonly ownTargets: ReadonlyMap<string, readonly string[]>;
  /** Over the forward edges, groups expanded. */
  readonly forward: Walk;
  /** Over the forward and the exhausted edges: whatever starts a step, but for loops. */
  readonly onward: Walk;
  /** Loops whose edge has two ends that exist; their bodies may be wrong in any way. */
  readonly loops: readonly SubjectLoop[];
  /** Nodes that neither a forward nor an exhausted edge leads to. */
  readonly roots: readonly string[];
  /** The first group that has the node. */
  readonly groupOf: ReadonlyMap<string, DefinitionGroup>;
  /** Null when the linter does not know which agents exist. */
  readonly registeredAgents: ReadonlySet<string> | null;
}

export function subjectOf(definition: AuthoredDefinition, registeredAgents: ReadonlySet<string> | null): Subject {
  const nodes = new Map(definition.nodes.map((node) => [node.nodeId, node]));
  const groups = new Map(definition.groups.map((group) => [group.groupId, group]));
  const parsed = parseConditions(definition.edges);
  const members = new Map<string, readonly string[]>();
  const membersOf = (groupId: string): readonly string[] => {
    const known = members.get(groupId) ?? knownMembers(groups.get(groupId), nodes);
    members.set(groupId, known);
    return known;
  };
  const nodesAt = (groupId: string | null, id: string): readonly string[] =>
    groupId === null ? [id].filter((nodeId) => nodes.has(nodeId)) : membersOf(groupId);
  const edges = definition.edges.map((edge, index): SubjectEdge => {
    const [fromGroupId, toGroupId] = [groupIdOf(edge.from), groupIdOf(edge.to)];
    const [from, to] = [endpointId(edge.from), endpointId(edge.to)];
    const [sources, targets] = [nodesAt(fromGroupId, from), nodesAt(toGroupId, to)];
    const areGroups = fromGroupId !== null && toGroupId !== null;
    const isSound = !areGroups && sources.length > 0 && targets.length > 0;
    // Written out: an object that is put together from others is slow to read, and forty rules read each edge.
    return {
      edge,
      from,
      to,
      fromGroupId,
      toGroupId,
      sources: isSound ? sources : NONE,
      targets: isSound ? targets : NONE,
      role: roleOf(edge),
      parsed: parsed[index] ?? null,
      index,
      path: `edges[${index}]`,
    };
  });
  const onwardEdges = edges.filter(({ edge }) => !edge.loop);
  const forwardEdges = onwardEdges.filter(({ role }) => role !== 'exhausted');
  const onward = walkOf(nodes.keys(), pairsOf(onwardEdges));
  const hasExhausted = forwardEdges.length < onwardEdges.length;
  const forward = hasExhausted ? walkOf(nodes.keys(), pairsOf(forwardEdges)) : onward;
  const forwardFrom = byNode(forwardEdges.filter(({ fromGroupId }) => fromGroupId === null));
  return {
    ...{ definition, nodes, groups, edges, forward, forwardFrom, onward, registeredAgents },
    ownTargets: new Map([...forwardFrom].map(([nodeId, leaving]) => [nodeId, targetsOf(leaving)])),
    loops: subjectLoops([...nodes.keys()], edges, forward),
    roots: [...nodes.keys()].filter((nodeId) => onward.predecessors(nodeId).length === 0),
    groupOf: firstGroups(definition.groups),
  };
}

const NONE: readonly string[] = [];

/** The members of a group that exist, each once. */
const knownMembers = (group: DefinitionGroup | undefined, nodes: Subject['nodes']): readonly string[] =>
  [...new Set(group?.memberNodeIds)].filter((nodeId) => nodes.has(nodeId));

const targetsOf = (edges: readonly SubjectEdge[]): readonly string[] => [
  ...new Set(edges.flatMap((edge) => edge.targets)),
];

function* pairsOf(edges: readonly SubjectEdge[]): Iterable<readonly [string, string]> {
  for (const { sources, targets } of edges) for (const from of sources) for (const to of targets) yield [from, to];
}

function byNode(edges: readonly SubjectEdge[]): ReadonlyMap<string, readonly SubjectEdge[]> {
  const from = new Map<string, SubjectEdge[]>();
  for (const edge of edges) {
    for (const nodeId of edge.sources) {
      const leaving = from.get(nodeId);
      if (leaving) leaving.push(edge);
      else from.set(nodeId, [edge]);
    }
  }
  return from;
}

function firstGroups(groups: readonly DefinitionGroup[]): ReadonlyMap<string, DefinitionGroup> {
  const groupOf = new Map<string, DefinitionGroup>();
  for (const group of groups) {
    for (const nodeId of group.memberNodeIds) if (!groupOf.has(nodeId)) groupOf.set(nodeId, group);
  }
  return groupOf;
}

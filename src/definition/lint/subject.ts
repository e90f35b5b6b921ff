// A definition under the linter, indexed once for all rules. It may be broken in any way that the schema lets through.

import {
  type AuthoredDefinition,
  type DefinitionEdge as AuthoredEdge,
  type DefinitionGroup as AuthoredGroup,
  type AuthoredNode,
  type Endpoint,
  endpointId,
} from '../definition';
import { roleOf } from '../role';

export interface SubjectEdge {
  readonly edge: AuthoredEdge;
  readonly from: string;
  readonly to: string;
  readonly role: ReturnType<typeof roleOf>;
  /** `edges[3]` */
  readonly path: string;
}

export interface Subject {
  readonly definition: AuthoredDefinition;
  readonly nodes: ReadonlyMap<string, AuthoredNode>;
  readonly edges: readonly SubjectEdge[];
  /** Edges between nodes that exist, loops left out: what can be walked forward. */
  readonly walkable: readonly SubjectEdge[];
  readonly edgesFrom: ReadonlyMap<string, readonly SubjectEdge[]>;
  /** Nodes that no walkable edge leads to. */
  readonly roots: readonly string[];
  readonly groupOf: ReadonlyMap<string, AuthoredGroup>;
  /** Null when the linter does not know which agents exist. */
  readonly registeredAgents: ReadonlySet<string> | null;
}

export function subjectOf(definition: AuthoredDefinition, registeredAgents: ReadonlySet<string> | null): Subject {
  const nodes = new Map(definition.nodes.map((node) => [node.nodeId, node]));
  const edges = definition.edges.map((edge, index): SubjectEdge => {
    const ends = { from: endpointId(edge.from), to: endpointId(edge.to) };
    return { edge, ...ends, role: roleOf(edge), path: `edges[${index}]` };
  });
  const walkable = edges.filter(
    ({ edge, from, to }) => isNode(edge.from) && isNode(edge.to) && nodes.has(from) && nodes.has(to) && !edge.loop,
  );
  const targets = new Set(walkable.map((edge) => edge.to));
  const groupOf = new Map<string, AuthoredGroup>();
  for (const group of definition.groups) for (const nodeId of group.memberNodeIds) groupOf.set(nodeId, group);
  return {
    definition,
    nodes,
    edges,
    walkable,
    edgesFrom: byFrom(walkable),
    roots: [...nodes.keys()].filter((nodeId) => !targets.has(nodeId)),
    groupOf,
    registeredAgents,
  };
}

export const isNode = (endpoint: Endpoint): boolean => typeof endpoint === 'string' || endpoint.kind === 'node';

function byFrom(edges: readonly SubjectEdge[]): ReadonlyMap<string, readonly SubjectEdge[]> {
  const from = new Map<string, SubjectEdge[]>();
  for (const edge of edges) {
    const leaving = from.get(edge.from);
    if (leaving) leaving.push(edge);
    else from.set(edge.from, [edge]);
  }
  return from;
}

// How the reference model reads a definition: arrows between nodes, loops with their bodies, roots; all from the authored form.
import {
  type DefinitionEdge,
  type DefinitionGroup,
  type DefinitionNode,
  type EdgeRole,
  type Endpoint,
  endpointId,
  type PinnedDefinition,
} from '../../src/definition/definition';
import type { WhenAst } from '../../src/definition/when/ast';
import { parseWhen } from '../../src/definition/when/parse';

/** A forward edge to one node, from a node or from a whole group. */
export interface Arrow {
  readonly to: string;
  readonly role: EdgeRole;
  readonly condition: WhenAst | null;
  /** Children start in this order. */
  readonly rank: number;
}

export interface Loop {
  readonly loopId: string;
  readonly entry: string;
  readonly max: number;
  readonly body: ReadonlySet<string>;
  readonly rank: number;
  readonly exhausted: { readonly to: string; readonly rank: number } | null;
}

export interface Blueprint {
  readonly nodes: ReadonlyMap<string, DefinitionNode>;
  readonly groups: readonly DefinitionGroup[];
  readonly groupOf: ReadonlyMap<string, DefinitionGroup>;
  /** Keys: `node <id>` and `group <id>`, as the two kinds of ids may be equal. */
  readonly arrows: ReadonlyMap<string, readonly Arrow[]>;
  readonly loopFrom: ReadonlyMap<string, Loop>;
  readonly loopAround: ReadonlyMap<string, Loop>;
  readonly roots: readonly string[];
  /** Where one can come to from these, by any edge but those of loops; they themselves too. */
  ahead(nodeIds: readonly string[]): ReadonlySet<string>;
}

/** An authored edge takes up this many ranks: one for each member of a group that it leads to. */
const RANKS = 1_000;

export const sourceKey = (endpoint: Endpoint): string =>
  `${typeof endpoint === 'object' ? endpoint.kind : 'node'} ${endpointId(endpoint)}`;

export function readBlueprint(definition: Pick<PinnedDefinition, 'nodes' | 'edges' | 'groups'>): Blueprint {
  const { nodes, edges, groups } = definition;
  const membersOf = (endpoint: Endpoint): readonly string[] =>
    typeof endpoint === 'object' && endpoint.kind === 'group'
      ? (groups.find((group) => group.groupId === endpoint.groupId)?.memberNodeIds ?? [])
      : [endpointId(endpoint)];
  const isLoop = (edge: DefinitionEdge) => edge.loop !== undefined;
  const isForward = (edge: DefinitionEdge) => !isLoop(edge) && edge.on !== 'exhausted';
  const pairsOf = (edge: DefinitionEdge): readonly Pair[] =>
    membersOf(edge.from).flatMap((from) => membersOf(edge.to).map((to) => ({ from, to })));
  const forwardPairs = edges.filter(isForward).flatMap(pairsOf);

  const arrows = new Map<string, Arrow[]>();
  edges.forEach((edge, index) => {
    if (!isForward(edge)) return;
    const known = arrows.get(sourceKey(edge.from)) ?? [];
    arrows.set(sourceKey(edge.from), known);
    membersOf(edge.to).forEach((to, place) => {
      const role = edge.on ?? (edge.when === null ? 'default' : 'custom');
      known.push({ to, role, condition: conditionOf(edge), rank: index * RANKS + place });
    });
  });

  const loopFrom = new Map<string, Loop>();
  edges.forEach((edge, index) => {
    if (edge.loop === undefined) return;
    const entry = endpointId(edge.to);
    const below = closure([entry], forwardPairs, 'from', 'to');
    const above = closure(membersOf(edge.from), forwardPairs, 'to', 'from');
    const wayOut = edges.findIndex((it) => it.on === 'exhausted' && sourceKey(it.from) === sourceKey(edge.from));
    loopFrom.set(sourceKey(edge.from), {
      loopId: `loop_${entry}`,
      entry,
      max: edge.loop.maxIterations,
      body: new Set([...below].filter((nodeId) => above.has(nodeId))),
      rank: index * RANKS,
      exhausted: wayOut < 0 ? null : { to: endpointId(edges[wayOut]!.to), rank: wayOut * RANKS },
    });
  });

  const entered = new Set(edges.filter((edge) => !isLoop(edge)).flatMap((edge) => membersOf(edge.to)));
  return {
    nodes: new Map(nodes.map((node) => [node.nodeId, node])),
    groups,
    groupOf: new Map(groups.flatMap((group) => group.memberNodeIds.map((nodeId) => [nodeId, group] as const))),
    arrows,
    loopFrom,
    loopAround: new Map([...loopFrom.values()].flatMap((loop) => [...loop.body].map((nodeId) => [nodeId, loop]))),
    roots: nodes.map((node) => node.nodeId).filter((nodeId) => !entered.has(nodeId)),
    ahead: (nodeIds) => closure(nodeIds, edges.filter((edge) => !isLoop(edge)).flatMap(pairsOf), 'from', 'to'),
  };
}

function conditionOf({ when }: DefinitionEdge): WhenAst | null {
  if (when === null) return null;
  const known = meanings.get(when);
  if (known !== undefined) return known;
  const parsed = parseWhen(when);
  if (!parsed.ok) throw new Error(parsed.message);
  meanings.set(when, parsed.ast);
  return parsed.ast;
}

/** Generated definitions use the same few conditions over and over. */
const meanings = new Map<string, WhenAst>();

type Pair = { readonly from: string; readonly to: string };

/** Everything that can be reached from the starts, themselves included: grows until nothing is new. */
function closure(starts: readonly string[], pairs: readonly Pair[], near: keyof Pair, far: keyof Pair): Set<string> {
  const reached = new Set(starts);
  for (let size = -1; size < reached.size; ) {
    size = reached.size;
    for (const pair of pairs) if (reached.has(pair[near])) reached.add(pair[far]);
  }
  return reached;
}

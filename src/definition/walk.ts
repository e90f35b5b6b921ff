// Which nodes lead to which: a graph as pairs of nodes, each pair once. It may have cycles; nothing here is recursive.

export interface Walk {
  /** In the order in which the pairs came; empty for a node that is not known. */
  successors(nodeId: string): readonly string[];
  predecessors(nodeId: string): readonly string[];
  /** Whether a path leads from one to the other; a node leads to itself. */
  leadsTo(from: string, to: string): boolean;
  /** The nodes that lead to one of these; they themselves do. */
  leadingTo(nodeIds: readonly string[]): ReadonlySet<string>;
}

const NONE: readonly string[] = [];

/** Pairs with an end that is no known node are left out. Each node is walked from at most once, when it is first asked for. */
export function walkOf(nodeIds: Iterable<string>, pairs: Iterable<readonly [from: string, to: string]>): Walk {
  const ids = [...new Set(nodeIds)];
  const numbers = new Map(ids.map((nodeId, number) => [nodeId, number]));
  const next: number[][] = ids.map(() => []);
  const after: string[][] = ids.map(() => []);
  const before: string[][] = ids.map(() => []);
  const seen = new Uint8Array(ids.length * ids.length);
  for (const [fromId, toId] of pairs) {
    const [from, to] = [numbers.get(fromId), numbers.get(toId)];
    if (from === undefined || to === undefined || seen[from * ids.length + to] === 1) continue;
    seen[from * ids.length + to] = 1;
    next[from]?.push(to);
    after[from]?.push(toId);
    before[to]?.push(fromId);
  }
  const listOf = (lists: readonly (readonly string[])[], nodeId: string) => lists[numbers.get(nodeId) ?? -1] ?? NONE;
  const reached = new Map<number, readonly boolean[]>();
  return {
    successors: (nodeId) => listOf(after, nodeId),
    predecessors: (nodeId) => listOf(before, nodeId),
    leadsTo(fromId, toId) {
      const [from, to] = [numbers.get(fromId), numbers.get(toId)];
      if (from === undefined || to === undefined) return false;
      const known = reached.get(from) ?? reach(from, next);
      reached.set(from, known);
      return known[to] === true;
    },
    leadingTo(nodeIds) {
      const found = new Set(nodeIds.filter((nodeId) => numbers.has(nodeId)));
      // What is added meanwhile is passed too.
      for (const nodeId of found) for (const previous of listOf(before, nodeId)) found.add(previous);
      return found;
    },
  };
}

function reach(start: number, next: readonly (readonly number[])[]): readonly boolean[] {
  const seen = next.map((_, number) => number === start);
  const open = [start];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    for (const target of next[number] ?? []) {
      if (seen[target]) continue;
      seen[target] = true;
      open.push(target);
    }
  }
  return seen;
}

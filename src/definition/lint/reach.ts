// Walking a graph that may have cycles: its cycles, and an order without them. Linear in nodes and edges, no recursion.

type Successors = (nodeId: string) => readonly string[];

/** Cycles that have no node in common, each with its nodes first to last: every cycle of the graph touches one of them. */
export function disjointCycles(nodeIds: Iterable<string>, successors: Successors): readonly (readonly string[])[] {
  const left = new Set(nodeIds);
  const cycles: (readonly string[])[] = [];
  for (;;) {
    const cycle = findCycle(left, (nodeId) => successors(nodeId).filter((next) => left.has(next)));
    if (!cycle) return cycles;
    cycles.push(cycle);
    for (const nodeId of cycle) left.delete(nodeId);
  }
}

/** The nodes of one cycle, first to last, or null when there is none. */
function findCycle(nodeIds: Iterable<string>, successors: Successors): readonly string[] | null {
  const done = new Set<string>();
  for (const start of nodeIds) {
    if (done.has(start)) continue;
    const path: string[] = [];
    const onPath = new Set<string>();
    const stack: { nodeId: string; leaves: boolean }[] = [{ nodeId: start, leaves: false }];
    for (let visit = stack.pop(); visit; visit = stack.pop()) {
      const { nodeId, leaves } = visit;
      if (leaves) {
        path.pop();
        onPath.delete(nodeId);
        done.add(nodeId);
        continue;
      }
      if (onPath.has(nodeId)) return path.slice(path.indexOf(nodeId));
      if (done.has(nodeId)) continue;
      path.push(nodeId);
      onPath.add(nodeId);
      stack.push({ nodeId, leaves: true });
      for (const next of successors(nodeId)) stack.push({ nodeId: next, leaves: false });
    }
  }
  return null;
}

/** The nodes in an order in which every edge leads forward; nodes of cycles are left out. */
export function topologicalOrder(nodeIds: Iterable<string>, successors: Successors): readonly string[] {
  const incoming = new Map<string, number>();
  for (const nodeId of nodeIds) incoming.set(nodeId, 0);
  for (const nodeId of incoming.keys()) {
    for (const next of successors(nodeId)) incoming.set(next, (incoming.get(next) ?? 0) + 1);
  }
  const order = [...incoming.keys()].filter((nodeId) => incoming.get(nodeId) === 0);
  for (const nodeId of order) {
    for (const next of successors(nodeId)) {
      const left = (incoming.get(next) ?? 0) - 1;
      incoming.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  return order;
}

// The graph has a cycle that no reject edge closes: it would run for ever.
import { disjointCycles } from '../reach';
import type { Rule } from '../rule';
import type { Subject } from '../subject';

export const cycleDetected: Rule = {
  code: 'cycle-detected',
  *check(subject) {
    const walk = withoutRejects(subject);
    for (const cycle of disjointCycles(subject.nodes.keys(), (nodeId) => [...(walk.get(nodeId) ?? [])])) {
      const [first = ''] = cycle;
      const shown = [...cycle, first].join(' -> ');
      yield { message: `The graph has a cycle: ${shown}. Remove one of its edges.`, path: 'edges', nodeId: first };
    }
  },
};

/** A reject edge that closes a cycle has a rule of its own, which says what to do about it. */
function withoutRejects({ edges }: Subject): ReadonlyMap<string, ReadonlySet<string>> {
  const next = new Map<string, Set<string>>();
  for (const { edge, role, sources, targets } of edges) {
    if (edge.loop || role === 'reject') continue;
    for (const from of sources) {
      const known = next.get(from) ?? new Set<string>();
      next.set(from, known);
      for (const to of targets) known.add(to);
    }
  }
  return next;
}

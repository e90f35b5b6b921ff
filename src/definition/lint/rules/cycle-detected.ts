// The graph has a cycle that no reject edge closes: it would run for ever.
import { findCycle } from '../reach';
import type { Rule } from '../rule';

export const cycleDetected: Rule = {
  code: 'cycle-detected',
  *check({ nodes, edgesFrom }) {
    const successors = (nodeId: string) =>
      (edgesFrom.get(nodeId) ?? []).filter((edge) => edge.role !== 'reject').map((edge) => edge.to);
    const cycle = findCycle(nodes.keys(), successors);
    if (!cycle) return;
    const [first = ''] = cycle;
    const shown = [...cycle, first].join(' -> ');
    yield { message: `The graph has a cycle: ${shown}. Remove one of its edges.`, path: 'edges', nodeId: first };
  },
};

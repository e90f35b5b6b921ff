// A node that no path from a root leads to: it would never run.
import { reachableFrom } from '../reach';
import type { Rule } from '../rule';

export const unreachableNode: Rule = {
  code: 'unreachable-node',
  *check({ definition, roots, edgesFrom }) {
    const reached = reachableFrom(roots, (nodeId) => (edgesFrom.get(nodeId) ?? []).map((edge) => edge.to));
    for (const [index, { nodeId }] of definition.nodes.entries()) {
      if (reached.has(nodeId)) continue;
      yield { message: `Node "${nodeId}" cannot be reached from any root.`, path: `nodes[${index}]`, nodeId };
    }
  },
};

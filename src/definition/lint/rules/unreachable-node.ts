// No path leads from a root to a node, so it never runs.
import type { Rule } from '../rule';

export const unreachableNode: Rule = {
  code: 'unreachable-node',
  *check({ definition, roots, onward }) {
    for (const [index, { nodeId }] of definition.nodes.entries()) {
      if (roots.some((root) => onward.leadsTo(root, nodeId))) continue;
      yield { message: `Node "${nodeId}" cannot be reached from any root.`, path: `nodes[${index}]`, nodeId };
    }
  },
};

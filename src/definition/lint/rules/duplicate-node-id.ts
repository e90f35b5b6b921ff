// Two nodes have the same id.
import type { Rule } from '../rule';

export const duplicateNodeId: Rule = {
  code: 'duplicate-node-id',
  *check({ definition }) {
    const seen = new Set<string>();
    for (const [index, { nodeId }] of definition.nodes.entries()) {
      if (seen.has(nodeId)) {
        yield {
          message: `Node id "${nodeId}" is used twice; give each node its own.`,
          path: `nodes[${index}].nodeId`,
          nodeId,
        };
      }
      seen.add(nodeId);
    }
  },
};

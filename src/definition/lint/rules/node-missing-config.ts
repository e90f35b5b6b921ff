// A node without its configuration.
import type { Rule } from '../rule';

export const nodeMissingConfig: Rule = {
  code: 'node-missing-config',
  *check({ definition }) {
    for (const [index, { nodeId, type, config }] of definition.nodes.entries()) {
      if (config !== null) continue;
      yield { message: `Node "${nodeId}" of type ${type} needs a config.`, path: `nodes[${index}].config`, nodeId };
    }
  },
};

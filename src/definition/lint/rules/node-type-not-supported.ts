// Node types that are described in the contract and not built yet.
import type { Rule } from '../rule';

export const nodeTypeNotSupported: Rule = {
  code: 'node-type-not-supported',
  *check({ definition }) {
    for (const [index, { nodeId, type }] of definition.nodes.entries()) {
      if (type === 'agent' || type === 'human') continue;
      const message = `Node "${nodeId}" is of type ${type}, which this version does not support; it has agent and human.`;
      yield { message, path: `nodes[${index}].type`, nodeId };
    }
  },
};

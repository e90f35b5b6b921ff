// Blocking agents and their resolution policies are not built yet.
import type { Rule } from '../rule';

export const agentBlockingNotSupported: Rule = {
  code: 'agent-blocking-not-supported',
  *check({ definition }) {
    for (const [index, node] of definition.nodes.entries()) {
      if (node.type !== 'agent' || node.config === null) continue;
      const { blocking, resolutionPolicy } = node.config;
      if (!blocking && resolutionPolicy === undefined) continue;
      const field = blocking ? 'blocking' : 'resolutionPolicy';
      const message = `Agent node "${node.nodeId}" has ${field}; this version does not support blocking agents.`;
      yield { message, path: `nodes[${index}].config.${field}`, nodeId: node.nodeId };
    }
  },
};

// An agent that the registry does not know: its step would fail as agent-not-found.
import type { Rule } from '../rule';

export const agentNotRegistered: Rule = {
  code: 'agent-not-registered',
  *check({ definition, registeredAgents }) {
    if (registeredAgents === null) return;
    for (const [index, node] of definition.nodes.entries()) {
      if (node.type !== 'agent' || node.config === null || registeredAgents.has(node.config.agentId)) continue;
      const message = `Agent "${node.config.agentId}" of node "${node.nodeId}" is not registered (AGENTS_FILE): its step would fail.`;
      yield { message, path: `nodes[${index}].config.agentId`, nodeId: node.nodeId };
    }
  },
};

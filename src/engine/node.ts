// The node of a step, and what kind of step that makes it.
import type { AgentConfig, AgentNode, DefinitionNode, ResolutionPolicy } from '../definition/definition';
import type { Plan } from './run';

export function nodeOf(plan: Plan, nodeId: string): DefinitionNode {
  const node = plan.graph.nodes.get(nodeId);
  if (!node) throw new Error(`the definition has no node ${nodeId}`);
  return node;
}

/** An agent whose step waits, after it ran, for the resolution of its responses (contract 2 section 2). */
export type BlockingAgentNode = AgentNode & { readonly config: AgentConfig & { resolutionPolicy: ResolutionPolicy } };

export function isBlocking(node: DefinitionNode): node is BlockingAgentNode {
  return node.type === 'agent' && node.config.blocking;
}

// A reject that nothing routes: it ends the execution as failed.
import type { Rule } from '../rule';

export const humanWithoutRejectRoute: Rule = {
  code: 'human-without-reject-route',
  *check({ definition, edgesFrom, groupOf }) {
    for (const [index, { nodeId, type }] of definition.nodes.entries()) {
      if (type !== 'human' || groupOf.has(nodeId)) continue;
      const routes = (edgesFrom.get(nodeId) ?? []).some(({ role }) => ['reject', 'always', 'custom'].includes(role));
      if (routes) continue;
      const message = `Human node "${nodeId}" has no edge that can fire on a reject: a reject fails the execution.`;
      yield { message, path: `nodes[${index}]`, nodeId };
    }
  },
};

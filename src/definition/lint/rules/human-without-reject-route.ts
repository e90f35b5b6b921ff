// A reject of a human step leads nowhere: the execution fails.
import type { Rule } from '../rule';

export const humanWithoutRejectRoute: Rule = {
  code: 'human-without-reject-route',
  *check({ definition, edges, groupOf }) {
    const routed = new Set(
      edges
        .filter(({ role, fromGroupId }) => fromGroupId === null && ['reject', 'always', 'custom'].includes(role))
        .map((edge) => edge.from),
    );
    for (const [index, { nodeId, type }] of definition.nodes.entries()) {
      if (type !== 'human' || groupOf.has(nodeId) || routed.has(nodeId)) continue;
      const message = `Human node "${nodeId}" has no edge that can fire on a reject: a reject fails the execution.`;
      yield { message, path: `nodes[${index}]`, nodeId };
    }
  },
};

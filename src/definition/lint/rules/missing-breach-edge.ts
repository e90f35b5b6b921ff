// A node has a deadline, and nothing follows when it passes: the execution fails.
import type { Rule } from '../rule';

export const missingBreachEdge: Rule = {
  code: 'missing-breach-edge',
  *check({ definition, forwardFrom, groupOf }) {
    for (const [index, { nodeId, slaMs }] of definition.nodes.entries()) {
      if (slaMs === undefined || groupOf.has(nodeId)) continue;
      const routes = (forwardFrom.get(nodeId) ?? []).some(({ role }) => role === 'always' || role === 'custom');
      if (routes) continue;
      const message = `Node "${nodeId}" has slaMs and no edge that can fire on a breach (on always, or a "when"): a breach fails the execution.`;
      yield { message, path: `nodes[${index}].slaMs`, nodeId };
    }
  },
};

// An always edge from a human node fires on a reject too.
import type { Rule } from '../rule';

export const alwaysEdgeFromHuman: Rule = {
  code: 'always-edge-from-human',
  *check({ nodes, edges }) {
    for (const { role, from, fromGroupId, to, path } of edges) {
      if (role !== 'always' || fromGroupId !== null || nodes.get(from)?.type !== 'human') continue;
      const message = `The edge from human node "${from}" to "${to}" is on always: it fires on a reject too.`;
      yield { message, path: `${path}.on`, nodeId: from };
    }
  },
};

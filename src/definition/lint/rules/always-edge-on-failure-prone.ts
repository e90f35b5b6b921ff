// An always edge from a node that can fail fires after a failure too.
import type { Rule } from '../rule';

export const alwaysEdgeOnFailureProne: Rule = {
  code: 'always-edge-on-failure-prone',
  *check({ nodes, edges, groupOf }) {
    for (const { role, from, fromGroupId, to, path } of edges) {
      const type = nodes.get(from)?.type;
      if (role !== 'always' || fromGroupId !== null || type === undefined || type === 'human') continue;
      // Of the members of such a group only those that approve lead on.
      if (groupOf.get(from)?.onQuorumMet === 'joinOnQuorum') continue;
      const message = `The edge from ${type} node "${from}" to "${to}" is on always: it fires after a failure too.`;
      yield { message, path: `${path}.on`, nodeId: from };
    }
  },
};

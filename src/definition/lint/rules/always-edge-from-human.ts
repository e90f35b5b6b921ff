// An always edge from a human node fires on a reject too.
import type { Rule } from '../rule';

export const alwaysEdgeFromHuman: Rule = {
  code: 'always-edge-from-human',
  *check({ nodes, edges, groupOf }) {
    for (const { role, from, fromGroupId, to, path } of edges) {
      if (role !== 'always' || fromGroupId !== null || nodes.get(from)?.type !== 'human') continue;
      // Of the members of such a group only those that approve lead on.
      if (groupOf.get(from)?.onQuorumMet === 'joinOnQuorum') continue;
      const message = `The edge from human node "${from}" to "${to}" is on always: it fires on a reject too.`;
      yield { message, path: `${path}.on`, nodeId: from };
    }
  },
};

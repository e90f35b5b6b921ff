// A loop that begins at a group which does not join.
import type { Rule } from '../rule';

export const groupFromLoopRequiresJoinonquorum: Rule = {
  code: 'group-from-loop-requires-joinonquorum',
  *check({ edges, groups }) {
    for (const { edge, from, to, fromGroupId, path } of edges) {
      const policy = fromGroupId === null ? undefined : groups.get(fromGroupId)?.onQuorumMet;
      if (policy === undefined || policy === 'joinOnQuorum' || !edge.loop) continue;
      const message = `The loop from group "${from}" to "${to}" needs a joinOnQuorum group, and this one is ${policy}.`;
      yield { message, path: `${path}.loop`, groupId: from };
    }
  },
};

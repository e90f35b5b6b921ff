// A forward reject edge from a group that decides on quorum only.
import type { Rule } from '../rule';

export const groupFromRejectRequiresLoop: Rule = {
  code: 'group-from-reject-requires-loop',
  *check({ edges, groups }) {
    for (const { edge, role, from, to, fromGroupId, path } of edges) {
      const policy = fromGroupId === null ? undefined : groups.get(fromGroupId)?.onQuorumMet;
      if (policy === undefined || policy === 'waitAll' || role !== 'reject' || edge.loop) continue;
      const message = `The edge on reject from ${policy} group "${from}" to "${to}" needs a "loop"; only a waitAll group can lead forward on a reject.`;
      yield { message, path, groupId: from };
    }
  },
};

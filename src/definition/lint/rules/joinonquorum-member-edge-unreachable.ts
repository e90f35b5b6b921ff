// An edge of a joinOnQuorum member that no member can ever take: only approvals lead on.
import type { Rule } from '../rule';

export const joinonquorumMemberEdgeUnreachable: Rule = {
  code: 'joinonquorum-member-edge-unreachable',
  *check({ edges, groupOf }) {
    for (const { role, from, fromGroupId, to, path } of edges) {
      const group = fromGroupId === null ? groupOf.get(from) : undefined;
      if (group?.onQuorumMet !== 'joinOnQuorum' || (role !== 'reject' && role !== 'exhausted')) continue;
      const message = `"${from}" is a member of joinOnQuorum group "${group.groupId}", of which only approvals lead on: its edge on ${role} to "${to}" never fires.`;
      yield { message, path: `${path}.on`, nodeId: from, groupId: group.groupId };
    }
  },
};

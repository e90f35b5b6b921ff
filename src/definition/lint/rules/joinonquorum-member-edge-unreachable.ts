// A member's edge on reject or exhausted, which a member of a joinOnQuorum group can never take.
import type { Rule } from '../rule';

export const joinonquorumMemberEdgeUnreachable: Rule = {
  code: 'joinonquorum-member-edge-unreachable',
  *check({ walkable, groupOf }) {
    for (const { role, from, to, path } of walkable) {
      const group = groupOf.get(from);
      if (group?.onQuorumMet !== 'joinOnQuorum' || (role !== 'reject' && role !== 'exhausted')) continue;
      const message = `"${from}" is a member of joinOnQuorum group "${group.groupId}", of which only approvals lead on: its edge on ${role} to "${to}" never fires.`;
      yield { message, path: `${path}.on`, nodeId: from, groupId: group.groupId };
    }
  },
};

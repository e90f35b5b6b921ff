// Members of a joinOnQuorum group lead to different nodes, though the group joins them into one successor.
import type { Rule } from '../rule';

export const groupJoinonquorumMembersMustShareSuccessors: Rule = {
  code: 'group-joinonquorum-members-must-share-successors',
  *check({ definition, edgesFrom, nodes }) {
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'joinOnQuorum') continue;
      const members = memberNodeIds.filter((nodeId) => nodes.has(nodeId));
      const successors = members.map((nodeId) => targetsOf(edgesFrom.get(nodeId) ?? []));
      if (new Set(successors).size <= 1) continue;
      const shown = members.map((nodeId, place) => `${nodeId} -> ${successors[place] || 'nothing'}`).join('; ');
      const message = `The members of joinOnQuorum group "${groupId}" must lead to the same nodes: ${shown}.`;
      yield { message, path: `groups[${index}].memberNodeIds`, groupId };
    }
  },
};

const targetsOf = (edges: readonly { to: string }[]): string =>
  [...new Set(edges.map((edge) => edge.to))].sort().join(', ');

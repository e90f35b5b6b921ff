// Members of a joinOnQuorum group lead to different nodes, so there is no one place at which to join.
import type { Rule } from '../rule';
import type { Subject } from '../subject';

export const groupJoinonquorumMembersMustShareSuccessors: Rule = {
  code: 'group-joinonquorum-members-must-share-successors',
  *check({ definition, forwardFrom, nodes }) {
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'joinOnQuorum') continue;
      const members = memberNodeIds.filter((nodeId) => nodes.has(nodeId));
      const successors = members.map((nodeId) => targetsOf(forwardFrom.get(nodeId) ?? []));
      if (new Set(successors).size <= 1) continue;
      const shown = members.map((nodeId, place) => `${nodeId} -> ${successors[place] || 'nothing'}`).join('; ');
      const message = `The members of joinOnQuorum group "${groupId}" must lead to the same nodes: ${shown}.`;
      yield { message, path: `groups[${index}].memberNodeIds`, groupId };
    }
  },
};

const targetsOf = (edges: Iterable<Subject['edges'][number]>): string =>
  [...new Set([...edges].flatMap((edge) => edge.targets))].sort().join(', ');

// Members of a joinOnQuorum group lead to different nodes, so there is no one place at which to join.
import type { Rule } from '../rule';
import type { SubjectEdge } from '../subject-edge';

export const groupJoinonquorumMembersMustShareSuccessors: Rule = {
  code: 'group-joinonquorum-members-must-share-successors',
  *check({ definition, forwardFrom, nodes }) {
    const targets = new Map([...forwardFrom].map(([nodeId, leaving]) => [nodeId, successorsOf(leaving)]));
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'joinOnQuorum') continue;
      const members = memberNodeIds.filter((nodeId) => nodes.has(nodeId));
      const successors = members.map((nodeId) => targets.get(nodeId) || 'nothing');
      if (new Set(successors).size <= 1) continue;
      const shown = members.map((nodeId, place) => `${nodeId} -> ${successors[place]}`).join('; ');
      const message = `The members of joinOnQuorum group "${groupId}" must lead to the same nodes: ${shown}.`;
      yield { message, path: `groups[${index}].memberNodeIds`, groupId };
    }
  },
};

/** Of a member only approvals lead on, so an edge on reject leads nowhere (joinonquorum-member-edge-unreachable). */
function successorsOf(leaving: readonly SubjectEdge[]): string {
  const targets = leaving.filter(({ role }) => role !== 'reject').flatMap((edge) => edge.targets);
  return [...new Set(targets)].sort().join(', ');
}

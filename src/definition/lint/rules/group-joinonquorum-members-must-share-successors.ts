// Members of a joinOnQuorum group lead to different nodes, so there is no one place at which to join.
import type { Rule } from '../rule';
import type { SubjectEdge } from '../subject-edge';

export const groupJoinonquorumMembersMustShareSuccessors: Rule = {
  code: 'group-joinonquorum-members-must-share-successors',
  *check({ definition, forwardFrom, nodes }) {
    const targets = new Map([...forwardFrom].map(([nodeId, leaving]) => [nodeId, successorsOf(leaving)]));
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'joinOnQuorum') continue;
      const examples = new Map<string, string>();
      for (const nodeId of memberNodeIds) {
        const successors = targets.get(nodeId) || 'nothing';
        if (nodes.has(nodeId) && !examples.has(successors)) examples.set(successors, nodeId);
      }
      if (examples.size <= 1) continue;
      const shown = [...examples].slice(0, SHOWN_MAX).map(([successors, nodeId]) => `${nodeId} -> ${successors}`);
      const message = `The members of joinOnQuorum group "${groupId}" must lead to the same nodes: ${shown.join('; ')}.`;
      yield { message, path: `groups[${index}].memberNodeIds`, groupId };
    }
  },
};

/** A hundred members may each lead to a hundred nodes of their own; three that differ show what is wrong. */
const SHOWN_MAX = 3;

/** Of a member only approvals lead on, so an edge on reject leads nowhere (joinonquorum-member-edge-unreachable). */
function successorsOf(leaving: readonly SubjectEdge[]): string {
  const targets = leaving.filter(({ role }) => role !== 'reject').flatMap((edge) => edge.targets);
  return [...new Set(targets)].sort().join(', ');
}

// A group requires a node that is no member of it.
import type { Rule } from '../rule';

export const groupRequiredNotInMembers: Rule = {
  code: 'group-required-not-in-members',
  *check({ definition }) {
    for (const [index, { groupId, memberNodeIds, requiredNodeIds = [] }] of definition.groups.entries()) {
      const members = new Set(memberNodeIds);
      for (const [place, nodeId] of requiredNodeIds.entries()) {
        if (members.has(nodeId)) continue;
        const message = `Group "${groupId}" requires "${nodeId}", which is no member of it.`;
        yield { message, path: `groups[${index}].requiredNodeIds[${place}]`, groupId, nodeId };
      }
    }
  },
};

// A group without members.
import type { Rule } from '../rule';

export const groupMembersEmpty: Rule = {
  code: 'group-members-empty',
  *check({ definition }) {
    for (const [index, { groupId, memberNodeIds }] of definition.groups.entries()) {
      if (memberNodeIds.length > 0) continue;
      yield { message: `Group "${groupId}" has no members.`, path: `groups[${index}].memberNodeIds`, groupId };
    }
  },
};

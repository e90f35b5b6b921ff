// A group requires more nodes than its quorum has.
import type { Rule } from '../rule';

export const groupRequiredExceedsQuorum: Rule = {
  code: 'group-required-exceeds-quorum',
  *check({ definition }) {
    for (const [index, { groupId, quorum, requiredNodeIds = [] }] of definition.groups.entries()) {
      const required = new Set(requiredNodeIds).size;
      if (required <= quorum) continue;
      const message = `Group "${groupId}" requires ${required} nodes and has a quorum of ${quorum}; raise the quorum to ${required} or require fewer.`;
      yield { message, path: `groups[${index}].requiredNodeIds`, groupId };
    }
  },
};

// Required members of a group are not built yet.
import type { Rule } from '../rule';

export const groupRequiredNodesNotSupported: Rule = {
  code: 'group-required-nodes-not-supported',
  *check({ definition }) {
    for (const [index, { groupId, requiredNodeIds }] of definition.groups.entries()) {
      if (requiredNodeIds === undefined) continue;
      const message = `Group "${groupId}" has requiredNodeIds, which this version does not support.`;
      yield { message, path: `groups[${index}].requiredNodeIds`, groupId };
    }
  },
};

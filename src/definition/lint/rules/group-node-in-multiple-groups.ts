// A node is a member of two groups.
import type { Rule } from '../rule';

export const groupNodeInMultipleGroups: Rule = {
  code: 'group-node-in-multiple-groups',
  *check({ definition }) {
    const groupOf = new Map<string, string>();
    for (const [index, { groupId, memberNodeIds }] of definition.groups.entries()) {
      for (const nodeId of new Set(memberNodeIds)) {
        const other = groupOf.get(nodeId);
        if (other !== undefined) {
          const message = `Node "${nodeId}" is in the groups "${other}" and "${groupId}"; a node can be in one.`;
          yield { message, path: `groups[${index}].memberNodeIds`, nodeId, groupId };
        }
        groupOf.set(nodeId, groupId);
      }
    }
  },
};

// A group names a member that does not exist, or one member twice.
import type { Rule } from '../rule';

export const groupMemberMissing: Rule = {
  code: 'group-member-missing',
  *check({ definition, nodes }) {
    for (const [index, { groupId, memberNodeIds }] of definition.groups.entries()) {
      for (const [place, nodeId] of memberNodeIds.entries()) {
        const path = `groups[${index}].memberNodeIds[${place}]`;
        if (!nodes.has(nodeId)) {
          yield {
            message: `Group "${groupId}" names the node "${nodeId}", which is not defined.`,
            path,
            groupId,
            nodeId,
          };
        } else if (memberNodeIds.indexOf(nodeId) < place) {
          yield { message: `Group "${groupId}" names its member "${nodeId}" twice.`, path, groupId, nodeId };
        }
      }
    }
  },
};

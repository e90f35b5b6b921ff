// A condition on an edge of a group, which has no output to look at.
import type { Rule } from '../rule';

export const edgeCustomFromGroupForbidden: Rule = {
  code: 'edge-custom-from-group-forbidden',
  *check({ edges }) {
    for (const { role, from, to, fromGroupId, path } of edges) {
      if (role !== 'custom' || fromGroupId === null) continue;
      const message = `The edge from group "${from}" to "${to}" has a condition; a group's edge is on approve, reject or always.`;
      yield { message, path, groupId: from };
    }
  },
};

// An edge between two groups.
import type { Rule } from '../rule';

export const edgeGroupToGroupForbidden: Rule = {
  code: 'edge-group-to-group-forbidden',
  *check({ edges }) {
    for (const { from, to, fromGroupId, toGroupId, path } of edges) {
      if (fromGroupId === null || toGroupId === null) continue;
      const message = `The edge leads from group "${from}" to group "${to}"; put a node between them.`;
      yield { message, path, groupId: from };
    }
  },
};

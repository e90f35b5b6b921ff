// An edge begins or ends at something that does not exist.
import type { Rule } from '../rule';

export const danglingEdge: Rule = {
  code: 'dangling-edge',
  *check({ edges, nodes, groups }) {
    for (const { from, to, fromGroupId, toGroupId, path } of edges) {
      for (const [end, id, groupId] of [['from', from, fromGroupId] as const, ['to', to, toGroupId] as const]) {
        if (groupId === null ? nodes.has(id) : groups.has(id)) continue;
        const kind = groupId === null ? 'node' : 'group';
        yield { message: `The edge's ${end} names the ${kind} "${id}", which is not defined.`, path: `${path}.${end}` };
      }
    }
  },
};

// An edge begins or ends at something that does not exist.
import type { Rule } from '../rule';
import { isNode } from '../subject';

export const danglingEdge: Rule = {
  code: 'dangling-edge',
  *check({ edges, nodes, definition }) {
    const groupIds = new Set(definition.groups.map((group) => group.groupId));
    for (const { edge, from, to, path } of edges) {
      for (const [end, id, endpoint] of [['from', from, edge.from] as const, ['to', to, edge.to] as const]) {
        const exists = isNode(endpoint) ? nodes.has(id) : groupIds.has(id);
        if (exists) continue;
        const kind = isNode(endpoint) ? 'node' : 'group';
        yield { message: `The edge's ${end} names the ${kind} "${id}", which is not defined.`, path: `${path}.${end}` };
      }
    }
  },
};

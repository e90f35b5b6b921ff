// Groups as ends of edges are not built yet.
import type { Rule } from '../rule';
import { isNode } from '../subject';

export const groupEndpointNotSupported: Rule = {
  code: 'group-endpoint-not-supported',
  *check({ edges }) {
    for (const { edge, from, to, path } of edges) {
      for (const [end, endpoint, groupId] of [['from', edge.from, from] as const, ['to', edge.to, to] as const]) {
        if (isNode(endpoint)) continue;
        const message = `The edge's ${end} is the group "${groupId}"; this version supports nodes as ends of edges only.`;
        yield { message, path: `${path}.${end}`, groupId };
      }
    }
  },
};

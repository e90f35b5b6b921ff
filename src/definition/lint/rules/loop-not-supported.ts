// Reject loops and their exhausted edges are not built yet.
import type { Rule } from '../rule';

export const loopNotSupported: Rule = {
  code: 'loop-not-supported',
  *check({ edges }) {
    for (const { edge, from, to, path } of edges) {
      if (!edge.loop && edge.on !== 'exhausted') continue;
      const field = edge.loop ? 'loop' : 'on';
      const message = `The edge from "${from}" to "${to}" belongs to a loop, which this version does not support.`;
      yield { message, path: `${path}.${field}` };
    }
  },
};

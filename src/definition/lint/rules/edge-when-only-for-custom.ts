// An edge has a condition and a role that does not use it.
import type { Rule } from '../rule';

export const edgeWhenOnlyForCustom: Rule = {
  code: 'edge-when-only-for-custom',
  *check({ edges }) {
    for (const { edge, from, to, path } of edges) {
      if (edge.when === null || edge.on === undefined || edge.on === 'custom') continue;
      const message = `The edge from "${from}" to "${to}" is on ${edge.on}, which takes no "when"; leave one of the two out.`;
      yield { message, path: `${path}.when` };
    }
  },
};

// An edge on custom without a condition.
import type { Rule } from '../rule';

export const edgeCustomRequiresWhen: Rule = {
  code: 'edge-custom-requires-when',
  *check({ edges }) {
    for (const { edge, from, to, path } of edges) {
      if (edge.on !== 'custom' || edge.when !== null) continue;
      yield { message: `The edge from "${from}" to "${to}" is on custom and needs a "when".`, path: `${path}.when` };
    }
  },
};

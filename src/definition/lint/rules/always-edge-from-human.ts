// An always edge from a human node fires on a reject too.
import type { Rule } from '../rule';

export const alwaysEdgeFromHuman: Rule = {
  code: 'always-edge-from-human',
  *check({ walkable, nodes }) {
    for (const { role, from, to, path } of walkable) {
      if (role !== 'always' || nodes.get(from)?.type !== 'human') continue;
      const message = `The edge from human node "${from}" to "${to}" is on always: it fires on a reject too.`;
      yield { message, path: `${path}.on`, nodeId: from };
    }
  },
};

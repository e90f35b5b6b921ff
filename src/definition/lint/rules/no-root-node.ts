// There is nothing to begin with.
import type { Rule } from '../rule';

export const noRootNode: Rule = {
  code: 'no-root-node',
  *check({ roots }) {
    if (roots.length > 0) return;
    yield {
      message: 'Every node has an incoming edge; at least one must have none but those of loops, to begin with.',
      path: 'nodes',
    };
  },
};

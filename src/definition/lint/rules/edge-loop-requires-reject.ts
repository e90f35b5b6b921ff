// A loop on an edge that fires on something else than a reject.
import type { Rule } from '../rule';
import { beginOf } from '../subject-edge';

export const edgeLoopRequiresReject: Rule = {
  code: 'edge-loop-requires-reject',
  *check({ edges }) {
    for (const subject of edges) {
      const { edge, role, from, to, path } = subject;
      if (!edge.loop || role === 'reject') continue;
      const message = `The edge from "${from}" to "${to}" has a loop, which only an edge on reject can have; set "on" to reject or leave "loop" out.`;
      yield { message, path: `${path}.on`, ...beginOf(subject) };
    }
  },
};

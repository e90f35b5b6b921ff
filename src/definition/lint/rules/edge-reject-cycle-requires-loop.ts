// A reject edge leads back without saying how often it may do so.
import type { Rule } from '../rule';
import { beginOf } from '../subject-edge';

export const edgeRejectCycleRequiresLoop: Rule = {
  code: 'edge-reject-cycle-requires-loop',
  *check({ edges, onward }) {
    for (const subject of edges) {
      const { edge, role, from, to, sources, targets, path } = subject;
      if (role !== 'reject' || edge.loop) continue;
      if (!targets.some((target) => sources.some((source) => onward.leadsTo(target, source)))) continue;
      const message = `The reject edge from "${from}" back to "${to}" closes a cycle; say with "loop" how often it may run.`;
      yield { message, path, ...beginOf(subject) };
    }
  },
};

// A reject edge leads back to where its source came from, without saying how often.
import { reachableFrom } from '../reach';
import type { Rule } from '../rule';

export const edgeRejectCycleRequiresLoop: Rule = {
  code: 'edge-reject-cycle-requires-loop',
  *check({ walkable, edgesFrom }) {
    const successors = (nodeId: string) => (edgesFrom.get(nodeId) ?? []).map((edge) => edge.to);
    const reach = new Map<string, ReadonlySet<string>>();
    for (const { role, from, to, path } of walkable) {
      if (role !== 'reject') continue;
      const reached = reach.get(to) ?? reachableFrom([to], successors);
      reach.set(to, reached);
      if (!reached.has(from)) continue;
      const message = `The reject edge from "${from}" back to "${to}" closes a cycle; say with "loop" how often it may run.`;
      yield { message, path, nodeId: from };
    }
  },
};

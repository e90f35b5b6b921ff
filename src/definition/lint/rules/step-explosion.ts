// The graph can spawn more steps than an execution may have.
import { topologicalOrder } from '../reach';
import type { Rule } from '../rule';
import type { Subject } from '../subject';

const STEPS_MAX = 1_000;

export const stepExplosion: Rule = {
  code: 'step-explosion',
  *check(subject) {
    const steps = countSteps(subject);
    if (steps <= STEPS_MAX) return;
    const shown = steps < 1e6 ? String(steps) : 'over a million';
    const message = `The graph can spawn ${shown} steps, and an execution may have ${STEPS_MAX}: join branches with a joinOnQuorum group.`;
    yield { message, path: 'edges' };
  },
};

/** Every predecessor's step starts its own, but a joinOnQuorum group starts each shared successor once. */
function countSteps({ nodes, edgesFrom, roots, groupOf }: Subject): number {
  const successors = (nodeId: string) => [...new Set((edgesFrom.get(nodeId) ?? []).map((edge) => edge.to))];
  const count = new Map<string, number>(roots.map((nodeId) => [nodeId, 1]));
  const joined = new Set<string>();
  let total = 0;
  for (const nodeId of topologicalOrder(nodes.keys(), successors)) {
    const steps = count.get(nodeId) ?? 0;
    total += steps;
    const group = groupOf.get(nodeId);
    for (const next of successors(nodeId)) {
      let spawned = steps;
      if (group?.onQuorumMet === 'joinOnQuorum') {
        const join = `${group.groupId} ${next}`;
        spawned = joined.has(join) ? 0 : 1;
        joined.add(join);
      }
      count.set(next, (count.get(next) ?? 0) + spawned);
    }
  }
  return total;
}

// The graph can spawn more steps than an execution may have.
import { LIMITS } from '../../limits';
import { topologicalOrder } from '../reach';
import type { Rule } from '../rule';
import type { Subject } from '../subject';

/** Counting stops here: paths multiply beyond any number. */
const COUNT_MAX = 1e6;

export const stepExplosion: Rule = {
  code: 'step-explosion',
  *check(subject) {
    const steps = countSteps(subject);
    if (steps <= LIMITS.stepsMax) return;
    const shown = steps < COUNT_MAX ? String(steps) : 'over a million';
    const message = `The graph can spawn ${shown} steps, and an execution may have ${LIMITS.stepsMax}: join branches with a joinOnQuorum group, or let loops run less often.`;
    yield { message, path: 'edges' };
  },
};

/** The most steps that a run can have; every iteration of a loop starts its entry once more. */
function countSteps(subject: Subject): number {
  const { nodes, onward, roots, loops } = subject;
  const count = new Map<string, number>(roots.map((nodeId) => [nodeId, 1]));
  const add = (nodeId: string, steps: number) =>
    count.set(nodeId, Math.min(COUNT_MAX, (count.get(nodeId) ?? 0) + steps));
  for (const { entry, subject: loop } of loops) add(entry, (loop.edge.loop?.maxIterations ?? 1) - 1);
  const leaving = startsOf(subject);
  let total = 0;
  for (const nodeId of topologicalOrder(nodes.keys(), onward.successors)) {
    total += count.get(nodeId) ?? 0;
    for (const { to, isOnce } of leaving(nodeId)) add(to, isOnce ? 1 : (count.get(nodeId) ?? 0));
  }
  return Math.min(COUNT_MAX, total);
}

interface Start {
  readonly to: string;
  /** Once for the whole group, and not once for each of its steps. */
  readonly isOnce: boolean;
}

/** What a node starts. Two edges between the same two nodes start one step, and a group starts a shared target once. */
function startsOf({ edges, groupOf }: Subject): (nodeId: string) => readonly Start[] {
  const starts = new Map<string, Start[]>();
  const seen = new Map<string, Set<string>>();
  for (const { edge, fromGroupId, from, sources, targets } of edges) {
    if (edge.loop) continue;
    const group = fromGroupId ?? joining(groupOf.get(from));
    const key = group === null ? `node ${from}` : `group ${group}`;
    const [first = ''] = sources;
    const known = starts.get(first) ?? [];
    starts.set(first, known);
    const started = seen.get(key) ?? new Set<string>();
    seen.set(key, started);
    for (const to of targets) {
      if (started.has(to)) continue;
      started.add(to);
      known.push({ to, isOnce: group !== null });
    }
  }
  return (nodeId) => starts.get(nodeId) ?? [];
}

const joining = (group: Subject['definition']['groups'][number] | undefined): string | null =>
  group?.onQuorumMet === 'joinOnQuorum' ? group.groupId : null;

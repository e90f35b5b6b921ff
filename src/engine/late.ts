// Members that come too late for their group: after its quorum there is nothing left for them to say (contract 2 section 6).
import { stateOf } from './group-state';
import type { Step } from './run';
import type { Turn } from './turn';

export const QUORUM_CANCEL = { actorId: 'system:group-quorum', reason: 'group-quorum-met' } as const;

/** Whether a step is due, or would begin to wait, after its group's quorum; waitAll members never do. */
export function isLateMember(turn: Turn, { nodeId, iteration }: Pick<Step, 'nodeId' | 'iteration'>): boolean {
  const group = turn.plan.graph.groupOf.get(nodeId);
  return group !== undefined && group.onQuorumMet !== 'waitAll' && stateOf(turn, group, iteration).quorumMet;
}

// A member without whose approval its group cannot end well, whatever the others do (contract 2 sections 5 and 6).
import type { DefinitionGroup } from '../definition';
import type { Subject } from './subject';

/** What a member may do in place of approving. */
type Otherwise = 'rejects' | 'breaches';

/**
 * The group that makes the execution fail when this member does otherwise and fires no edge of its own, though every other one
 * approves; null when the group may still have its quorum, an edge of the group handles it, or the node is in no group.
 */
export function groupFailedBy(subject: Subject, nodeId: string, otherwise: Otherwise): DefinitionGroup | null {
  const group = subject.groupOf.get(nodeId);
  if (!group) return null;
  const { groupId, memberNodeIds, onQuorumMet, quorum, requiredNodeIds } = group;
  const own = subject.edges.filter((edge) => edge.fromGroupId === groupId);
  const isWaitAll = onQuorumMet === 'waitAll';
  // On reject a waitAll group has its other branch, a joinOnQuorum group its loop, which only a reject takes.
  const takesReject = isWaitAll || otherwise === 'rejects';
  if (own.some(({ role }) => role === 'always' || (role === 'reject' && takesReject))) return null;
  // Edges of its own ask a waitAll group for all that started; every other group is asked for its quorum.
  const isNeeded =
    (isWaitAll && own.length > 0) ||
    (requiredNodeIds ?? []).includes(nodeId) ||
    new Set(memberNodeIds).size - 1 < quorum;
  return isNeeded ? group : null;
}

/** Members of a joinOnQuorum group never lead on by themselves but on quorum. */
export const leadsOnItself = ({ groupOf }: Subject, nodeId: string): boolean =>
  groupOf.get(nodeId)?.onQuorumMet !== 'joinOnQuorum';

// Members of a waitAll group lead to the same node: each starts a step of it.
import type { Rule } from '../rule';
import type { Subject } from '../subject';

export const waitallMembersShareSuccessor: Rule = {
  code: 'waitall-members-share-successor',
  *check({ definition, ownTargets, groupOf }) {
    for (const [index, group] of definition.groups.entries()) {
      const { groupId, memberNodeIds, onQuorumMet } = group;
      if (onQuorumMet !== 'waitAll') continue;
      const members = memberNodeIds.filter((nodeId) => groupOf.get(nodeId) === group);
      for (const [to, count] of startersOf(members, ownTargets)) {
        if (count < 2) continue;
        const message = `${count} members of waitAll group "${groupId}" lead to "${to}": each starts a step of it. Use joinOnQuorum to start it once.`;
        yield { message, path: `groups[${index}]`, groupId, nodeId: to };
      }
    }
  },
};

/** For each node that members lead to, how many of them do. */
function startersOf(memberNodeIds: readonly string[], ownTargets: Subject['ownTargets']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const nodeId of new Set(memberNodeIds)) {
    for (const to of ownTargets.get(nodeId) ?? []) counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return counts;
}

// Members of a waitAll group lead to the same node: each starts a step of it.
import type { Rule } from '../rule';
import type { Subject } from '../subject';

export const waitallMembersShareSuccessor: Rule = {
  code: 'waitall-members-share-successor',
  *check({ definition, forwardFrom }) {
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'waitAll') continue;
      for (const [to, count] of startersOf(memberNodeIds, forwardFrom)) {
        if (count < 2) continue;
        const message = `${count} members of waitAll group "${groupId}" lead to "${to}": each starts a step of it. Use joinOnQuorum to start it once.`;
        yield { message, path: `groups[${index}]`, groupId, nodeId: to };
      }
    }
  },
};

/** For each node that members lead to, how many of them do. */
function startersOf(memberNodeIds: readonly string[], forwardFrom: Subject['forwardFrom']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const nodeId of new Set(memberNodeIds)) {
    const targets = new Set((forwardFrom.get(nodeId) ?? []).flatMap((edge) => edge.targets));
    for (const to of targets) counts.set(to, (counts.get(to) ?? 0) + 1);
  }
  return counts;
}

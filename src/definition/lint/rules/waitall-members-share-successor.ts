// Members of a waitAll group each start the same node, so it runs several times.
import type { Rule } from '../rule';

export const waitallMembersShareSuccessor: Rule = {
  code: 'waitall-members-share-successor',
  *check({ definition, edgesFrom }) {
    for (const [index, { groupId, memberNodeIds, onQuorumMet }] of definition.groups.entries()) {
      if (onQuorumMet !== 'waitAll') continue;
      const members = new Map<string, Set<string>>();
      for (const nodeId of memberNodeIds) {
        for (const { to } of edgesFrom.get(nodeId) ?? []) members.set(to, (members.get(to) ?? new Set()).add(nodeId));
      }
      for (const [to, from] of members) {
        if (from.size < 2) continue;
        const message = `${from.size} members of waitAll group "${groupId}" lead to "${to}": each starts a step of it. Use joinOnQuorum to start it once.`;
        yield { message, path: `groups[${index}]`, groupId, nodeId: to };
      }
    }
  },
};

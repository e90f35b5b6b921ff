// A group names a member that does not exist, or one member twice.
import type { Rule } from '../rule';
import type { Subject } from '../subject';

export const groupMemberMissing: Rule = {
  code: 'group-member-missing',
  *check({ definition, nodes }) {
    for (const [index, { groupId, memberNodeIds }] of definition.groups.entries()) {
      const seen = new Set<string>();
      for (const [place, nodeId] of memberNodeIds.entries()) {
        const problem = problemOf(nodeId, { nodes, seen });
        seen.add(nodeId);
        if (problem === null) continue;
        const message = `Group "${groupId}" names ${problem}.`;
        yield { message, path: `groups[${index}].memberNodeIds[${place}]`, groupId, nodeId };
      }
    }
  },
};

interface Known {
  readonly nodes: Subject['nodes'];
  readonly seen: ReadonlySet<string>;
}

function problemOf(nodeId: string, { nodes, seen }: Known): string | null {
  if (!nodes.has(nodeId)) return `the node "${nodeId}", which is not defined`;
  return seen.has(nodeId) ? `its member "${nodeId}" twice` : null;
}

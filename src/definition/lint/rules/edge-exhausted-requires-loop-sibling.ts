// An exhausted edge stands beside no loop, or beside another one, or leads to a group.
import type { Rule } from '../rule';
import { beginOf, type SubjectEdge } from '../subject-edge';

export const edgeExhaustedRequiresLoopSibling: Rule = {
  code: 'edge-exhausted-requires-loop-sibling',
  *check({ edges }) {
    const looping = new Set(edges.filter(({ edge }) => edge.loop).map(keyOf));
    const taken = new Set<string>();
    for (const subject of edges) {
      if (subject.role !== 'exhausted') continue;
      const problem = problemOf(subject, { looping, taken });
      taken.add(keyOf(subject));
      if (problem === null) continue;
      const message = `The exhausted edge from "${subject.from}" to "${subject.to}" ${problem}.`;
      yield { message, path: subject.path, ...beginOf(subject) };
    }
  },
};

interface Known {
  readonly looping: ReadonlySet<string>;
  readonly taken: ReadonlySet<string>;
}

function problemOf(subject: SubjectEdge, { looping, taken }: Known): string | null {
  const key = keyOf(subject);
  if (!looping.has(key)) return 'needs a reject edge with a loop that begins at the same place';
  if (taken.has(key)) return 'is the second one there; a loop has one';
  return subject.toGroupId === null ? null : 'leads to a group; it must lead to one node';
}

const keyOf = ({ from, fromGroupId }: SubjectEdge): string => `${fromGroupId === null ? 'node' : 'group'} ${from}`;

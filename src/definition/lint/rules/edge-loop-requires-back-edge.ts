// A loop's edge does not lead back to a node on the way to it.
import type { Rule } from '../rule';
import type { Subject } from '../subject';
import { beginOf, type SubjectEdge } from '../subject-edge';

export const edgeLoopRequiresBackEdge: Rule = {
  code: 'edge-loop-requires-back-edge',
  *check({ edges, loops }) {
    const known = new Map(loops.map((loop) => [loop.subject, loop]));
    for (const subject of edges) {
      if (!subject.edge.loop) continue;
      const problem = problemOf(subject, known.get(subject));
      if (problem === null) continue;
      const message = `The loop's edge from "${subject.from}" must lead back to a node before it${problem}.`;
      yield { message, path: `${subject.path}.to`, ...beginOf(subject) };
    }
  },
};

function problemOf(subject: SubjectEdge, loop: Subject['loops'][number] | undefined): string | null {
  const { from, fromGroupId, to, toGroupId } = subject;
  if (toGroupId !== null) return fromGroupId === null ? ', not to a group' : null;
  if (!loop) return null; // an end does not exist: another rule says so
  if (loop.ends.every((end) => end === loop.entry)) return ', not to itself';
  return loop.body.size > 0 ? null : `; no path leads from "${to}" to "${from}"`;
}

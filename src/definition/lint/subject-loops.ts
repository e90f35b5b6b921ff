// The loops of a definition under the linter: their bodies, whatever is wrong with them.
import { loopBody } from '../loops';
import type { Walk } from '../walk';
import type { SubjectEdge } from './subject-edge';

export interface SubjectLoop {
  readonly subject: SubjectEdge;
  /** Where the body begins. */
  readonly entry: string;
  /** Where its edge begins: a node, or the members of a group. */
  readonly ends: readonly string[];
  /** Empty when the edge does not lead back. */
  readonly body: ReadonlySet<string>;
}

export function subjectLoops(
  nodeIds: readonly string[],
  edges: readonly SubjectEdge[],
  forward: Walk,
): readonly SubjectLoop[] {
  const known = new Map<string, ReadonlySet<string>>();
  return edges.flatMap((subject) => {
    const { edge, toGroupId, to: entry, sources: ends } = subject;
    if (!edge.loop || toGroupId !== null || ends.length === 0) return [];
    // The members of a group are walked to once, however many loops begin at it.
    const key = `${subject.fromGroupId === null} ${subject.from}`;
    const leading = known.get(key) ?? forward.leadingTo(ends);
    known.set(key, leading);
    const body = new Set(loopBody(nodeIds, forward, { entryNodeId: entry, leading }));
    return [{ subject, entry, ends, body }];
  });
}

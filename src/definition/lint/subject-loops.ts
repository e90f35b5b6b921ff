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
  const bodies = new Map<string, ReadonlySet<string>>();
  return edges.flatMap((subject) => {
    const { edge, toGroupId, to: entry, sources: ends } = subject;
    if (!edge.loop || toGroupId !== null || ends.length === 0) return [];
    // The members of a group are walked to once, however many loops begin at it.
    const key = `${subject.fromGroupId === null} ${subject.from} ${entry}`;
    const body = bodies.get(key) ?? new Set(loopBody(nodeIds, forward, { entryNodeId: entry, ends }));
    bodies.set(key, body);
    return [{ subject, entry, ends, body }];
  });
}

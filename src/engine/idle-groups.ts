// Groups of which some member never started: they are judged when nothing is open any more (contract 2 section 5).
import type { DefinitionGroup } from '../definition/definition';
import type { Graph } from '../definition/graph';
import type { DueChild } from './due-child';
import { judgeGroup } from './group';
import { stateOf } from './group-state';
import type { Turn } from './turn';

interface Begun {
  readonly group: DefinitionGroup;
  readonly iteration: number;
}

/**
 * When nothing is open any more, every group that had started is done, however few of its members ended; but one to which leads what
 * another one has just started waits for that (docs/decisions/0139-edges-before-verdicts.md).
 */
export function judgeIdleGroups(turn: Turn): readonly DueChild[] {
  const { graph, facts } = turn.plan;
  const isInTurn = facts.judgesLast === true;
  const begun = begunGroups(turn);
  const due: DueChild[] = [];
  for (const { group, iteration } of isInTurn ? firstOnesFirst(graph, begun) : begun) {
    const isStillFed = due.some(({ nodeId }) => lead(graph, [nodeId], group));
    if (!isInTurn || !isStillFed) due.push(...judgeGroup(turn, group, iteration));
  }
  return due;
}

/** Those that are not judged yet, in the definition's order. */
function begunGroups(turn: Turn): readonly Begun[] {
  const { graph, definition } = turn.plan;
  return definition.groups.flatMap((group) => {
    const iterations = graph.loopAround.get(group.memberNodeIds[0] ?? '')?.maxIterations ?? 1;
    return Array.from({ length: iterations }, (_, index) => ({ group, iteration: index + 1 })).filter((begun) => {
      const { speakers, judged } = stateOf(turn, group, begun.iteration);
      return speakers.length > 0 && !judged;
    });
  });
}

/** A group comes after those that lead to it; what leads to each other stays in its order. */
function firstOnesFirst(graph: Graph, begun: readonly Begun[]): readonly Begun[] {
  const left = [...begun];
  const ordered: Begun[] = [];
  while (left.length > 0) {
    const isFirst = ({ group }: Begun) =>
      left.every((other) => other.group === group || !lead(graph, other.group.memberNodeIds, group));
    ordered.push(...left.splice(Math.max(0, left.findIndex(isFirst)), 1));
  }
  return ordered;
}

const lead = (graph: Graph, nodeIds: readonly string[], { memberNodeIds }: DefinitionGroup): boolean =>
  nodeIds.some((from) => memberNodeIds.some((to) => graph.leadsTo(from, to)));

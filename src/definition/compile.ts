// The compiled form of a definition, as a DefinitionView shows it (contract 2 section 4).
import type { CompiledDefinition, CompiledEdge, PinnedDefinition } from './definition';
import { expandEdges, isForward } from './expand';
import { loopRegions } from './loops';
import { meaningOf } from './role';

/** Endpoints resolved to node ids, group endpoints expanded, roles as expressions. The definition must have been linted. */
export function compile(
  definition: Pick<PinnedDefinition, 'nodes' | 'edges' | 'groups' | 'conditions'>,
): CompiledDefinition {
  const { edges, groups, conditions } = definition;
  const expanded = expandEdges(edges, groups);
  return {
    forwardEdges: expanded.filter(isForward).map(({ from, to, role, index, fromGroupId, toGroupId }): CompiledEdge => {
      const when = meaningOf(role, conditions[index] ?? null);
      return {
        from,
        to,
        role,
        when,
        ...(fromGroupId === null ? {} : { fromGroupId }),
        ...(toGroupId === null ? {} : { toGroupId }),
      };
    }),
    loops: loopRegions(definition, expanded).map(({ loopId, entryNodeId, bodyNodeIds, maxIterations, exhausted }) => ({
      loopId,
      entryNodeId,
      bodyNodeIds,
      maxIterations,
      onExhausted: exhausted === null ? null : { routeToNodeId: exhausted.toNodeId },
    })),
  };
}

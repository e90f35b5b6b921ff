// What is stored of one version of a definition, and what the API shows of it (contract 1, DefinitionView).
import type { CompiledDefinition, DefinitionDraft, PinnedDefinition } from '../../definition/definition';

/** The immutable record of one version: the input of its workflow. */
export interface DefinitionRecord {
  readonly draft: DefinitionDraft;
  readonly compiled: CompiledDefinition;
  readonly version: number;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export function definitionView({ draft, compiled, version, createdAt, updatedAt }: DefinitionRecord): object {
  const { definitionId, name, description, scope, nodes, edges, groups, tags, custom } = draft;
  const { level, organizationId, documentId } = scope;
  return {
    definitionId,
    name,
    description,
    version,
    scope: { level, organizationId, documentId },
    nodes,
    edges,
    groups,
    compiled,
    triggers: null,
    tags,
    custom,
    createdAt,
    updatedAt,
    status: 'active',
  };
}

/** What an execution is pinned to. */
export function pinned({ draft, compiled, version }: DefinitionRecord): PinnedDefinition {
  const { definitionId, name, nodes, groups } = draft;
  return { definitionId, version, name, nodes, groups, compiled };
}

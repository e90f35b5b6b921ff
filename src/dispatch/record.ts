// What is stored of one version of a definition, and what an execution is pinned to.
import type { DefinitionDraft, PinnedDefinition } from '../definition/definition';
import type { DefinitionHead } from '../definition/head';
import type { StoredTrigger } from '../definition/trigger';
import type { Receiver } from '../workflows/contract/execution';

/** What an author wrote, linted and compiled. */
export interface DefinitionContent {
  readonly draft: DefinitionDraft;
  /** For each edge what its `when` means. The compiled form is made of it when it is shown: it can be far larger. */
  readonly conditions: PinnedDefinition['conditions'];
  /** The definition's own, its secret sealed for it. Never shown. */
  readonly receiver: Receiver | null;
  readonly triggers: readonly StoredTrigger[];
}

/** The immutable record of one version: the input of its workflow. */
export interface StoredVersion extends DefinitionContent {
  readonly version: number;
}

export interface DefinitionRecord extends StoredVersion {
  readonly status: DefinitionHead['status'];
  /** When version 1 and when this version became current, in epoch milliseconds. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What an execution is pinned to. */
export function pinned({ draft, conditions, version }: DefinitionRecord): PinnedDefinition {
  const { definitionId, name, nodes, edges, groups } = draft;
  return { definitionId, version, name, nodes, edges, groups, conditions };
}

export type DefinitionLookup =
  | { readonly kind: 'found'; readonly record: DefinitionRecord }
  | { readonly kind: 'not-found' }
  /** The version that was asked for stays readable; null when none was, or when it does not exist. */
  | { readonly kind: 'tombstoned'; readonly record: DefinitionRecord | null };

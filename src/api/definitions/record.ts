// What is stored of one version of a definition, and what the API shows of it (contract 1, DefinitionView).
import type { z } from 'zod';
import { compile } from '../../definition/compile';
import type { DefinitionDraft, PinnedDefinition } from '../../definition/definition';
import type { DefinitionHead } from '../../definition/head';
import type { Receiver } from '../../workflows/contract';
import type { Shown } from '../endpoint';
import type { definitionViewSchema } from './view-schema';

export type DefinitionView = Shown<z.input<typeof definitionViewSchema>>;

/** What an author wrote, linted and compiled. */
export interface DefinitionContent {
  readonly draft: DefinitionDraft;
  /** For each edge what its `when` means. The compiled form is made of it when it is shown: it can be far larger. */
  readonly conditions: PinnedDefinition['conditions'];
  /** The definition's own, its secret sealed for it. Never shown. */
  readonly receiver: Receiver | null;
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

export function definitionView(record: DefinitionRecord): DefinitionView {
  const { draft, conditions, version, status, createdAt, updatedAt } = record;
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
    compiled: compile({ nodes, edges, groups, conditions }),
    triggers: null,
    tags,
    custom,
    createdAt,
    updatedAt,
    status,
  };
}

/** What an execution is pinned to. */
export function pinned({ draft, conditions, version }: DefinitionRecord): PinnedDefinition {
  const { definitionId, name, nodes, edges, groups } = draft;
  return { definitionId, version, name, nodes, edges, groups, conditions };
}

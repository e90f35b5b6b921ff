// The search attributes of all that the API and the worker start, and those of a definition's head and its records.
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';

/** As `SEARCH_ATTRIBUTES` registers them. */
export const ATTRIBUTE = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  definitionId: defineSearchAttributeKey('DefinitionId', 'KEYWORD'),
  correlationId: defineSearchAttributeKey('CorrelationId', 'KEYWORD'),
  version: defineSearchAttributeKey('DefinitionVersion', 'INT'),
};

export const definitionAttributes = (workspace: string, definitionId: string, version: number): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: ATTRIBUTE.workspace, value: workspace },
    { key: ATTRIBUTE.definitionId, value: definitionId },
    { key: ATTRIBUTE.version, value: version },
  ]);

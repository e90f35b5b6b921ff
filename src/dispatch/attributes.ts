// The search attributes of a definition's head and of its records.
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';

const WORKSPACE = defineSearchAttributeKey('Workspace', 'KEYWORD');
const DEFINITION_ID = defineSearchAttributeKey('DefinitionId', 'KEYWORD');
const VERSION = defineSearchAttributeKey('DefinitionVersion', 'INT');

export const definitionAttributes = (workspace: string, definitionId: string, version: number): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: WORKSPACE, value: workspace },
    { key: DEFINITION_ID, value: definitionId },
    { key: VERSION, value: version },
  ]);

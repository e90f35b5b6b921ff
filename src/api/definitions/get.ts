// definitions/get: the current version, or an older one (contract 1).
import { z } from 'zod';
import { absentable } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_DEFINITION } from '../examples';
import { exampleDefinitionView } from './example-view';
import { definitionNotFound } from './refusals';
import type { DefinitionStore } from './store';
import { definitionView } from './view';
import { definitionViewSchema } from './view-schema';

const data = z.strictObject({
  definitionId: z.string(),
  version: absentable(z.int().min(1)),
  /** Accepted and ignored. */
  organizationId: absentable(z.string()),
  documentId: absentable(z.string()),
});

export const getDefinition = ({ definitions }: { readonly definitions: DefinitionStore }) =>
  endpoint({
    path: 'definitions/get',
    summary: 'Read a definition',
    description:
      'Without `version` the current one, which is not found once it was deleted; with `version` the snapshot of that version, also of a deleted definition.',
    data,
    result: definitionViewSchema,
    errors: ['NOT_FOUND', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'The current version',
        data: { definitionId: EXAMPLE_DEFINITION.definitionId },
        result: exampleDefinitionView(),
      },
    ],
    async handle({ workspace, note }, { definitionId, version }) {
      note({ definitionId });
      const found =
        version === undefined
          ? await definitions.current(workspace, definitionId)
          : await definitions.version(workspace, definitionId, version);
      // A version that is asked for by its number stays readable while the definition is deleted.
      if (found.kind === 'not-found' || found.record === null) throw definitionNotFound(definitionId, version);
      return definitionView(found.record);
    },
  });

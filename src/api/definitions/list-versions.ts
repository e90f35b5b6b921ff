// definitions/listVersions: every version of a definition, the newest first (contract 1).
import { z } from 'zod';
import { endpoint } from '../endpoint';
import { EXAMPLE_DEFINITION } from '../examples';
import { definitionNotFound, definitionTombstoned } from './refusals';
import type { DefinitionStore } from './store';

export const listDefinitionVersions = ({ definitions }: { readonly definitions: DefinitionStore }) =>
  endpoint({
    path: 'definitions/listVersions',
    summary: 'List the versions of a definition',
    description: 'The newest first. To roll back, update with the content of an old version.',
    data: z.strictObject({ definitionId: z.string() }),
    result: z.strictObject({
      items: z.array(z.strictObject({ version: z.int().min(1), updatedAt: z.int(), name: z.string() })),
    }),
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'A definition that was updated once',
        data: { definitionId: EXAMPLE_DEFINITION.definitionId },
        result: {
          items: [
            { version: 2, updatedAt: 1731435600000, name: 'Copy approval' },
            { version: 1, updatedAt: 1731432000000, name: EXAMPLE_DEFINITION.name },
          ],
        },
      },
    ],
    async handle({ workspace, note }, { definitionId }) {
      note({ definitionId });
      const items = await definitions.versions(workspace, definitionId);
      if (items === 'not-found') throw definitionNotFound(definitionId);
      if (items === 'tombstoned') throw definitionTombstoned(definitionId);
      return { items };
    },
  });

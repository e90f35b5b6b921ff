// definitions/delete: a tombstone, or with `purge` nothing at all, unless executions are in flight (contract 1).
import { z } from 'zod';
import { assertNever } from '../../definition/json';
import { absentAs } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { EXAMPLE_DEFINITION } from '../examples';
import { definitionNotFound, definitionTombstoned } from './refusals';
import type { DefinitionStore } from './store';

const data = z.strictObject({
  definitionId: z.string(),
  purge: absentAs(z.boolean(), false),
});

const { definitionId } = EXAMPLE_DEFINITION;

export const deleteDefinition = ({ definitions }: { readonly definitions: DefinitionStore }) =>
  endpoint({
    path: 'definitions/delete',
    summary: 'Delete a definition',
    description:
      'Leaves a tombstone: versions stay readable by their number, and the id is free for a new definition. `purge` drops the versions too, also of a definition that was deleted before. It answers when no dispatch uses the definition any more: half a second later than it takes effect.',
    data,
    result: z.strictObject({ deleted: z.literal(true), purged: z.boolean(), definitionId: z.string() }),
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      { summary: 'A tombstone', data: { definitionId }, result: { deleted: true, purged: false, definitionId } },
      {
        summary: 'Nothing is left',
        data: { definitionId, purge: true },
        result: { deleted: true, purged: true, definitionId },
      },
    ],
    async handle({ workspace, note }, { definitionId, purge }) {
      note({ definitionId });
      const outcome = await definitions.delete(workspace, definitionId, { purge });
      switch (outcome) {
        case 'deleted':
          return { deleted: true as const, purged: purge, definitionId };
        case 'not-found':
          throw definitionNotFound(definitionId);
        case 'tombstoned':
          throw definitionTombstoned(definitionId);
        case 'in-flight':
          throw new ApiError(
            'FAILED_PRECONDITION',
            `Executions of "${definitionId}" are in flight; cancel them or wait until they end (executions/list finds them).`,
          );
        default:
          return assertNever(outcome);
      }
    },
  });

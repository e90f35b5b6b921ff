// definitions/create: lints, compiles and stores a new definition (contract 1).
import type { z } from 'zod';
import type { AuthoredDefinition } from '../../definition/definition';
import { definitionCreateSchema } from '../../definition/schema';
import { endpoint } from '../endpoint';
import { ApiError } from '../errors';
import { EXAMPLE_DEFINITION } from '../examples';
import { type AuthoringRules, accepted, IF_TOO_LARGE } from './authoring';
import { exampleDefinitionView } from './example-view';
import type { DefinitionStore } from './store';
import { definitionView } from './view';
import { definitionViewSchema } from './view-schema';

interface Dependencies extends AuthoringRules {
  readonly definitions: DefinitionStore;
}

export const createDefinition = ({ definitions, ...rules }: Dependencies) =>
  endpoint({
    path: 'definitions/create',
    summary: 'Register a definition',
    description:
      'Lints, compiles and stores a new definition. A graph that cannot run is refused with every finding of the linter, in the message and in `details.lint`.',
    data: definitionCreateSchema as z.ZodType<AuthoredDefinition>,
    result: definitionViewSchema,
    errors: ['ALREADY_EXISTS', 'DEADLINE_EXCEEDED'],
    ifTooLarge: IF_TOO_LARGE,
    examples: [{ summary: 'A marketing-copy approval', data: EXAMPLE_DEFINITION, result: exampleDefinitionView() }],
    async handle({ workspace, note }, authored) {
      const { definitionId } = authored;
      note({ definitionId });
      const record = await definitions.create(workspace, accepted(authored, rules, { workspace, previous: null }));
      if (record) return definitionView(record);
      throw new ApiError('ALREADY_EXISTS', `A definition with the id "${definitionId}" exists already.`);
    },
  });

// definitions/lint: what create would say, warnings included; stores nothing (contract 1).
import { z } from 'zod';
import type { AuthoredDefinition } from '../../definition/definition';
import type { LintResult } from '../../definition/lint/lint';
import { definitionCreateSchema } from '../../definition/schema';
import { endpoint } from '../endpoint';
import { EXAMPLE_DEFINITION } from '../examples';
import { findingSchema } from '../finding-schema';
import { type AuthoringRules, IF_TOO_LARGE, linted } from './authoring';
import { exampleLint } from './example-view';
import { compiledSchema } from './view-schema';

/** The seed's definition, with an edge to a node that it does not have. */
const BROKEN = {
  ...EXAMPLE_DEFINITION,
  edges: [...EXAMPLE_DEFINITION.edges, { from: 'agent-publish', to: 'agent-report' }],
};

const result = z.strictObject({
  valid: z.boolean(),
  errors: z.array(findingSchema),
  warnings: z.array(findingSchema),
  compiled: compiledSchema.nullable(),
});

export const lintAuthoredDefinition = (rules: AuthoringRules) =>
  endpoint({
    path: 'definitions/lint',
    summary: 'Check a definition',
    description: 'What definitions/create would say, warnings included, and the compiled form. Stores nothing.',
    data: definitionCreateSchema as z.ZodType<AuthoredDefinition>,
    result,
    errors: [],
    ifTooLarge: IF_TOO_LARGE,
    examples: [
      {
        summary: 'A definition that can run',
        data: EXAMPLE_DEFINITION,
        result: answerOf(exampleLint(EXAMPLE_DEFINITION)),
      },
      { summary: 'An edge that leads nowhere', data: BROKEN, result: answerOf(exampleLint(BROKEN)) },
    ],
    async handle(_call, authored) {
      return answerOf(linted(authored, rules));
    },
  });

const answerOf = ({ errors, warnings, compiled }: LintResult) => ({
  valid: errors.length === 0,
  errors,
  warnings,
  compiled,
});

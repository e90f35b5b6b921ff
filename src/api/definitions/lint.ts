// definitions/lint: what create would say, warnings included; stores nothing (contract 1).
import { z } from 'zod';
import type { AuthoredDefinition } from '../../definition/definition';
import { definitionCreateSchema } from '../../definition/schema';
import { endpoint } from '../endpoint';
import { type AuthoringRules, linted } from './authoring';
import { compiledSchema } from './view-schema';

const finding = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    path: z.string(),
    nodeId: z.string().optional(),
    groupId: z.string().optional(),
  })
  .meta({ id: 'Finding' });

const result = z.strictObject({
  valid: z.boolean(),
  errors: z.array(finding),
  warnings: z.array(finding),
  compiled: compiledSchema.nullable(),
});

export const lintAuthoredDefinition = (rules: AuthoringRules) =>
  endpoint({
    path: 'definitions/lint',
    summary: 'Check a definition',
    description: 'What definitions/create would say, warnings included, and the compiled form. Stores nothing.',
    data: definitionCreateSchema as z.ZodType<AuthoredDefinition>,
    result,
    async handle(_call, authored) {
      const { errors, warnings, compiled } = linted(authored, rules);
      return { valid: errors.length === 0, errors, warnings, compiled };
    },
  });

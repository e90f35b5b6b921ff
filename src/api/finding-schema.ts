// What the linter finds, as the API shows it: in a refusal's details, and in the answer of definitions/lint.
import { z } from 'zod';

export const findingSchema = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    path: z.string(),
    nodeId: z.string().optional(),
    groupId: z.string().optional(),
  })
  .meta({ id: 'LintFinding' });

// executions/list: the executions of the workspace, by definition, status and correlation id (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentable, identifier, text } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import { pageFields } from '../page';
import type { ExecutionLister } from './listing';
import { executionStatusSchema, executionViewSchema } from './view-schema';

/** As dispatch and the dialects take them; U+0000 cannot be searched for. */
const correlationId = text(1, LIMITS.filterLengthMax).regex(/^[^\0]*$/, 'must not hold the character U+0000');

const data = z.strictObject({
  definitionId: absentable(identifier(LIMITS.filterLengthMax)),
  status: absentable(executionStatusSchema),
  correlationId: absentable(correlationId),
  ...pageFields,
});

export const listExecutions = ({ executionLists }: { readonly executionLists: ExecutionLister }) =>
  endpoint({
    path: 'executions/list',
    summary: 'List executions',
    description:
      'The newest first among the open ones, then among the closed. It may lag a second behind; `running` means every open execution, and `steps` are left out.',
    data,
    result: z.strictObject({ items: z.array(executionViewSchema), nextCursor: z.string().nullable() }),
    errors: ['DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'Those of one definition that came through',
        data: { definitionId: EXAMPLE_EXECUTION.definitionId, status: 'completed' },
        result: { items: [{ ...EXAMPLE_EXECUTION, steps: [] }], nextCursor: null },
      },
    ],
    handle: ({ workspace }, { pageSize, cursor, ...filter }) =>
      executionLists.list(workspace, filter, { pageSize, cursor }),
  });

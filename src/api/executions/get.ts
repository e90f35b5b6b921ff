// executions/get: an execution with the view of every step (contract 1).
import { z } from 'zod';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import type { ExecutionGateway } from './gateway';
import { executionViewSchema } from './view-schema';

export const getExecution = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'executions/get',
    summary: 'Read an execution',
    description: 'The current state with every step, in creation order. It shows what was just dispatched or decided.',
    data: z.strictObject({ executionId: z.string() }),
    result: executionViewSchema,
    errors: ['NOT_FOUND', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'An approval that came through',
        data: { executionId: EXAMPLE_EXECUTION.executionId },
        result: EXAMPLE_EXECUTION,
      },
    ],
    async handle({ workspace, note }, { executionId }) {
      note({ executionId });
      return executions.view(workspace, executionId);
    },
  });

// executions/get: an execution with the view of every step (contract 1).
import { z } from 'zod';
import { endpoint } from '../endpoint';
import type { ExecutionGateway } from './gateway';

export const getExecution = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'executions/get',
    data: z.strictObject({ executionId: z.string() }),
    async handle({ workspace, note }, { executionId }) {
      note({ executionId });
      return executions.view(workspace, executionId);
    },
  });

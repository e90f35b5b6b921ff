// executions/cancel: ends an execution, unless it has ended already (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentAs } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import type { ExecutionGateway } from './gateway';

const data = z.strictObject({
  executionId: z.string(),
  reason: absentAs(z.string().max(LIMITS.cancelReasonLengthMax), null),
});

export const cancelExecution = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'executions/cancel',
    summary: 'Cancel an execution',
    description: '`cancelled: false`: it had already ended, and nothing changed.',
    data,
    result: z.strictObject({ cancelled: z.boolean(), executionId: z.string() }),
    errors: ['NOT_FOUND', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'A campaign that was called off',
        data: { executionId: EXAMPLE_EXECUTION.executionId, reason: 'the campaign was called off' },
        result: { cancelled: true, executionId: EXAMPLE_EXECUTION.executionId },
      },
    ],
    async handle({ workspace, note }, { executionId, reason }) {
      note({ executionId });
      return { cancelled: await executions.cancel(workspace, executionId, reason), executionId };
    },
  });

// executions/redeliver: delivers webhooks again, from attempt 0, with the same eventId and bytes (contract 3 section 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentable } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import type { DeliveryGateway, Redelivery } from './deliveries';

const data = z
  .strictObject({
    executionId: z.string(),
    eventIds: absentable(z.array(z.string().min(1)).min(1).max(LIMITS.redeliveriesMax)),
    status: absentable(z.literal('dead')),
  })
  .transform(({ executionId, eventIds, status }, context): { executionId: string; which: Redelivery } => {
    if (eventIds !== undefined && status === undefined) return { executionId, which: { eventIds } };
    if (eventIds === undefined && status !== undefined) return { executionId, which: { status } };
    context.addIssue({ code: 'custom', message: 'give either eventIds or status: "dead"', path: ['eventIds'] });
    return z.NEVER;
  });

export const redeliver = ({ deliveries }: { readonly deliveries: DeliveryGateway }) =>
  endpoint({
    path: 'executions/redeliver',
    summary: 'Deliver webhooks again',
    description:
      'Either the events named by `eventIds`, whatever became of them, or all dead ones. Each starts at attempt 0 again, with the same eventId and the same bytes.',
    data,
    result: z.strictObject({ scheduled: z.int() }),
    errors: ['NOT_FOUND', 'FAILED_PRECONDITION', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'All that were given up',
        data: { executionId: EXAMPLE_EXECUTION.executionId, status: 'dead' },
        result: { scheduled: 3 },
      },
    ],
    async handle({ workspace, note }, { executionId, which }) {
      note({ executionId });
      return { scheduled: await deliveries.redeliver(workspace, executionId, which) };
    },
  });

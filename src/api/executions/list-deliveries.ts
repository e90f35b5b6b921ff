// executions/listDeliveries: what became of every webhook of an execution (contract 3 section 1).
import { z } from 'zod';
import { absentAs } from '../../definition/schema-parts';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import type { DeliveryGateway } from './deliveries';

const status = z.enum(['pending', 'delivered', 'dead']);

export const listDeliveries = ({ deliveries }: { readonly deliveries: DeliveryGateway }) =>
  endpoint({
    path: 'executions/listDeliveries',
    summary: 'List the webhooks of an execution',
    description:
      'Each event that has to reach the receiver, in seq order. `attempts` counts the requests sent since the last (re)delivery began; `dead` are those that are given up, with the reason in `lastError`.',
    data: z.strictObject({ executionId: z.string(), status: absentAs(status, null) }),
    result: z.strictObject({
      items: z.array(
        z.strictObject({
          eventId: z.string(),
          seq: z.int(),
          type: z.string(),
          status,
          attempts: z.int(),
          lastError: z.string().nullable(),
          lastAttemptAt: z.int().nullable().describe('epoch milliseconds'),
        }),
      ),
    }),
    errors: ['NOT_FOUND', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'Those that were given up',
        data: { executionId: EXAMPLE_EXECUTION.executionId, status: 'dead' },
        result: {
          items: [
            {
              eventId: `evt_${EXAMPLE_EXECUTION.executionId}_1`,
              seq: 1,
              type: 'execution.dispatched',
              status: 'dead',
              attempts: 6,
              lastError: 'The receiver answered 500.',
              lastAttemptAt: EXAMPLE_EXECUTION.completedAt,
            },
          ],
        },
      },
    ],
    async handle({ workspace, note }, { executionId, status: wanted }) {
      note({ executionId });
      const items = await deliveries.list(workspace, executionId, wanted);
      return {
        items: items.map(({ eventId, seq, type, status: is, attempts, lastError, lastAttemptAt }) => ({
          eventId,
          seq,
          type,
          status: is,
          attempts,
          lastError,
          lastAttemptAt,
        })),
      };
    },
  });

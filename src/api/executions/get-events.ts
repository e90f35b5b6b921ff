// executions/getEvents: the external events of an execution, in pages (contract 1).
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import { absentAs } from '../../definition/schema-parts';
import { eventIdOf } from '../../engine/announcement';
import type { ExecutionEvent } from '../../engine/event';
import { endpoint } from '../endpoint';
import { EXAMPLE_EXECUTION } from '../examples';
import type { ExecutionGateway } from './gateway';

const PAGE_SIZE = 100;

const data = z.strictObject({
  executionId: z.string(),
  sinceSeq: absentAs(z.int().min(0), 0),
  pageSize: absentAs(z.int().min(1).max(LIMITS.pageSizeMax), PAGE_SIZE),
});

const eventSchema = z.strictObject({
  eventId: z.string(),
  seq: z.int().min(1),
  type: z.string(),
  stepId: z.string().nullable(),
  timestamp: z.int().meta({ description: 'Epoch milliseconds.' }),
  correlationId: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
});

const result = z.strictObject({
  executionId: z.string(),
  events: z.array(eventSchema),
  nextCursor: z.int().min(0).meta({ description: 'The `sinceSeq` to pass next.' }),
  hasMore: z.boolean(),
});

export const getExecutionEvents = ({ executions }: { readonly executions: ExecutionGateway }) =>
  endpoint({
    path: 'executions/getEvents',
    summary: 'Read the events of an execution',
    description:
      'Ascending by `seq`. Internal events use up numbers, so gaps are normal. A page may be shorter than asked for; `hasMore` tells whether there is another.',
    data,
    result,
    errors: ['NOT_FOUND', 'DEADLINE_EXCEEDED'],
    examples: [
      {
        summary: 'From the beginning',
        data: { executionId: EXAMPLE_EXECUTION.executionId, sinceSeq: 0 },
        result: {
          executionId: EXAMPLE_EXECUTION.executionId,
          events: [
            {
              eventId: `evt_${EXAMPLE_EXECUTION.executionId}_1`,
              seq: 1,
              type: 'execution.dispatched',
              stepId: null,
              timestamp: EXAMPLE_EXECUTION.startedAt,
              correlationId: EXAMPLE_EXECUTION.correlationId,
              data: {
                definitionId: EXAMPLE_EXECUTION.definitionId,
                definitionVersion: 1,
                rootStepIds: ['step_agent-draft_1777374504364_a1b2c3'],
              },
            },
          ],
          nextCursor: 1,
          hasMore: true,
        },
      },
    ],
    async handle({ workspace, note }, { executionId, sinceSeq, pageSize }) {
      note({ executionId });
      const { events, correlationId, hasMore } = await executions.events(workspace, executionId, {
        sinceSeq,
        pageSize,
      });
      const shown = events.map((event) => eventView(event, { executionId, correlationId }));
      return { executionId, events: shown, nextCursor: events.at(-1)?.seq ?? sinceSeq, hasMore };
    },
  });

function eventView(
  { seq, type, stepId, at, data: said }: ExecutionEvent,
  { executionId, correlationId }: { readonly executionId: string; readonly correlationId: string },
): z.output<typeof eventSchema> {
  const eventId = eventIdOf(executionId, seq);
  return { eventId, seq, type, stepId, timestamp: at, correlationId, ...(said === null ? {} : { data: said }) };
}

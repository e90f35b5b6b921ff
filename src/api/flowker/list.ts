// GET /v1/executions: the executions of the workspace, page by page (contract 5 section 2).
import { z } from 'zod';
import type { ExecutionStatus } from '../../engine/run';
import type { DialectOperation } from '../dialect';
import { ApiError } from '../errors';
import type { ExecutionGateway } from '../executions/gateway';
import { inspectAll } from '../executions/inspect-all';
import type { ExecutionLister } from '../executions/listing';
import { FlowkerError } from './errors';
import { executionOf, executionSchema, type FlowkerStatus, STATUSES } from './execution-view';
import { workflowIdOf } from './workflow-id';

interface Dependencies {
  readonly executions: ExecutionGateway;
  readonly executionLists: ExecutionLister;
}

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;

const query = z.object({
  workflowId: z.string().optional(),
  status: z.enum(STATUSES).optional().meta({ description: '`running` means all that are open.' }),
  limit: z.int().min(1).max(LIMIT_MAX).default(LIMIT_DEFAULT),
  cursor: z.string().optional().meta({ description: 'The `nextCursor` of the page before.' }),
});

const page = z.strictObject({
  items: z.array(executionSchema.meta({ id: 'Execution' })),
  nextCursor: z.string().nullable(),
  hasMore: z.boolean(),
});

/** `running` is what Temporal calls every open one; which of them no worker has taken up only a worker could say. */
const LISTED: Readonly<Record<FlowkerStatus, readonly ExecutionStatus[]>> = {
  pending: ['pending'],
  running: ['running'],
  completed: ['completed'],
  failed: ['failed', 'cancelled'],
};

export const listExecutions = ({ executions, executionLists }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/v1/executions',
  operationId: 'listExecutions',
  summary: 'List executions',
  description: 'The newest first among those that run, then among the others. It may lag a second behind.',
  parameters: { query },
  answers: { 200: { description: 'A page.', body: page } },
  async handle({ workspace }, request, response) {
    const { workflowId, status, limit, cursor } = request.query;
    const pageSize = limitOf(limit);
    const filter = {
      definitionId: isGiven(workflowId) ? workflowIdOf(String(workflowId)) : undefined,
      status: isGiven(status) ? LISTED[statusOf(status)] : undefined,
    };
    const { items, nextCursor } = await executionLists
      .list(workspace, filter, { pageSize, cursor: isGiven(cursor) ? String(cursor) : undefined })
      .catch(asBadCursor);
    const shown: ReturnType<typeof executionOf>[] = [];
    for await (const inspection of inspectAll(executions, workspace, items)) shown.push(executionOf(inspection));
    response.json({ items: shown, nextCursor, hasMore: nextCursor !== null });
  },
});

/** `?status=` asks for nothing. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== '';

function limitOf(limit: unknown): number {
  if (!isGiven(limit)) return LIMIT_DEFAULT;
  const number = typeof limit === 'string' && /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (number >= 1 && number <= LIMIT_MAX) return number;
  throw new FlowkerError('FLK-0309', `limit must be a number from 1 to ${LIMIT_MAX}.`);
}

function statusOf(status: unknown): FlowkerStatus {
  const known = STATUSES.find((one) => one === status);
  if (known) return known;
  throw new FlowkerError('FLK-0304', `status must be one of ${STATUSES.join(', ')}.`);
}

function asBadCursor(error: unknown): never {
  if (error instanceof ApiError && error.status === 'INVALID_ARGUMENT') {
    throw new FlowkerError(
      'FLK-0001',
      'The cursor is none of this list: pass nextCursor back unchanged, or leave it out.',
    );
  }
  throw error;
}

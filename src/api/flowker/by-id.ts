// Reads an execution, and its results once it has ended (contract 5 section 2).
import type { Request } from 'express';
import { z } from 'zod';
import { isTerminal } from '../../engine/cancel';
import { executionIdOfDialect } from '../../workflows/contract/ids';
import type { DialectOperation } from '../dialect';
import type { Call } from '../endpoint';
import { ApiError } from '../errors';
import type { ExecutionGateway } from '../executions/gateway';
import type { Inspection } from '../executions/views';
import { FlowkerError } from './errors';
import { executionOf, executionSchema, resultsOf, resultsSchema } from './execution-view';

interface Dependencies {
  readonly executions: ExecutionGateway;
}

const path = z.object({ executionId: z.string().meta({ description: 'As it was created with.' }) });

export const getExecution = ({ executions }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/v1/executions/{executionId}',
  operationId: 'getExecution',
  summary: 'Read an execution',
  parameters: { path },
  answers: { 200: { description: 'The execution.', body: executionSchema.meta({ id: 'Execution' }) } },
  async handle(call, request, response) {
    response.json(executionOf(await inspected(executions, call, request)));
  },
});

export const getResults = ({ executions }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/v1/executions/{executionId}/results',
  operationId: 'getExecutionResults',
  summary: 'Read the results of an execution that has ended',
  parameters: { path },
  answers: { 200: { description: 'The results.', body: resultsSchema.meta({ id: 'ExecutionResults' }) } },
  async handle(call, request, response) {
    const inspection = await inspected(executions, call, request);
    if (!isTerminal(inspection.view)) {
      throw new FlowkerError(
        'FLK-0502',
        `The execution is ${inspection.view.status}; it has results when it has ended.`,
      );
    }
    response.json(resultsOf(inspection));
  },
});

async function inspected(executions: ExecutionGateway, call: Call, request: Request): Promise<Inspection> {
  const id = String(request.params.executionId);
  const executionId = executionIdOfDialect(id);
  if (executionId === null) throw unknown(id);
  call.note({ executionId });
  try {
    return await executions.inspect(call.workspace, executionId);
  } catch (error) {
    if (error instanceof ApiError && error.status === 'NOT_FOUND') throw unknown(id);
    throw error;
  }
}

const unknown = (id: string): FlowkerError =>
  new FlowkerError('FLK-0500', `There is no execution "${id.slice(0, 220)}".`);

// Reads, ends, and says what became of one workflow (contract 5 section 1).

import type { Request } from 'express';
import { cutTo } from '../../definition/beginning';
import { LIMITS } from '../../definition/limits';
import { executionIdOfDialect } from '../../workflows/contract/ids';
import type { DialectOperation } from '../dialect';
import type { Call } from '../endpoint';
import { ApiError } from '../errors';
import type { ExecutionGateway } from '../executions/gateway';
import { countOutcomeOf } from '../outcomes';
import { ConductorError, checked } from './errors';
import { idPath, queryOf, readQuery, statusQuery, terminateQuery } from './parameters';
import { workflowOf, workflowSchema, workflowStatusOf, workflowStatusSchema } from './workflow-view';

interface Dependencies {
  readonly executions: ExecutionGateway;
}

export const getWorkflow = ({ executions }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/api/workflow/{id}',
  operationId: 'getExecutionStatus',
  summary: 'Read a workflow',
  parameters: { path: idPath, query: readQuery },
  answers: { 200: { description: 'The workflow.', body: workflowSchema } },
  async handle(call, request, response) {
    const { includeTasks } = checked(readQuery, queryOf(request));
    const inspection = await byId(call, request, (executionId) => executions.inspect(call.workspace, executionId));
    response.json(workflowOf(inspection, { includeTasks: includeTasks === 'true' }));
  },
});

export const getWorkflowStatus = ({ executions }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/api/workflow/{id}/status',
  operationId: 'getWorkflowStatusSummary',
  summary: 'Read the status of a workflow',
  parameters: { path: idPath, query: statusQuery },
  answers: { 200: { description: 'The status.', body: workflowStatusSchema } },
  async handle(call, request, response) {
    const { includeOutput, includeVariables } = checked(statusQuery, queryOf(request));
    const view = await byId(call, request, (executionId) => executions.view(call.workspace, executionId));
    response.json(
      workflowStatusOf(view, {
        includeOutput: includeOutput === 'true',
        includeVariables: includeVariables === 'true',
      }),
    );
  },
});

export const terminateWorkflow = ({ executions }: Dependencies): DialectOperation => ({
  method: 'delete',
  path: '/api/workflow/{id}',
  operationId: 'terminateWorkflow',
  summary: 'End a workflow',
  description:
    'It is cancelled. One that has failed, or was ended before, stays as it is; one that has completed is a 409.',
  parameters: { path: idPath, query: terminateQuery },
  answers: { 200: { description: 'It has ended.' } },
  async handle(call, request, response) {
    const { reason } = checked(terminateQuery, queryOf(request));
    // Whoever must end a workflow can, however much they have to say.
    const kept = reason === undefined ? null : cutTo(reason, LIMITS.cancelReasonLengthMax);
    const hasCompleted = await byId(call, request, async (executionId) => {
      if (await executions.cancel(call.workspace, executionId, kept)) {
        countOutcomeOf({ cancelled: true });
        return false;
      }
      const { status } = await executions.view(call.workspace, executionId);
      return status === 'completed';
    });
    if (hasCompleted) throw new ConductorError('ALREADY_EXISTS', 'Cannot terminate a COMPLETED workflow.');
    response.status(200).end();
  },
});

/** Does something with the execution that the path names; whatever is not found there, is this workflow. */
async function byId<T>({ note }: Call, request: Request, act: (executionId: string) => Promise<T>): Promise<T> {
  const id = String(request.params.id);
  const executionId = executionIdOfDialect(id);
  if (executionId === null) throw unknown(id);
  note({ executionId });
  try {
    return await act(executionId);
  } catch (error) {
    if (error instanceof ApiError && error.status === 'NOT_FOUND') throw unknown(id);
    throw error;
  }
}

const unknown = (id: string): ConductorError =>
  new ConductorError('NOT_FOUND', `No such workflow found by id: ${id.slice(0, 220)}`);

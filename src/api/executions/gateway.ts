// Executions, as Temporal keeps them: start, look up, view, decide, cancel. Every call is bounded and mapped.
import type { Client } from '@temporalio/client';
import type { PinnedDefinition } from '../../definition/definition';
import { type StartOptions, startExecution } from '../../dispatch/start-execution';
import type { ExecutionContext } from '../../workflows/contract/execution';
import { executionWorkflowId } from '../../workflows/contract/ids';
import { withTemporal } from '../temporal-errors';
import { type ExecutionChanges, executionChanges } from './changes';
import { firstTasks } from './first-task';
import { createOrigins, type Origin } from './origins';
import type { ExecutionRecord } from './presentation';
import { findRecord, findSilentRecord, recordOf } from './records';
import { type ExecutionViews, executionViews } from './views';

export interface ExecutionGateway extends ExecutionViews, ExecutionChanges {
  /** Null when the key has an execution already. */
  start(
    definition: PinnedDefinition,
    context: ExecutionContext,
    options?: StartOptions,
  ): Promise<{ readonly dispatchedAt: number } | null>;
  /** The newest execution that the key's workflow id has; null when there is none. */
  lookUp(workspace: string, key: string): Promise<ExecutionRecord | null>;
  /** What Temporal says of an execution, without a worker. */
  find(workspace: string, executionId: string): Promise<ExecutionRecord>;
  /** The same of one that did not answer, in the time that is left for that. */
  findSilent(workspace: string, executionId: string): Promise<ExecutionRecord>;
  /** What the execution of this key was dispatched with, when that is known without asking; null says nothing. */
  knownOrigin(workspace: string, key: string): Origin | null;
}

export function createExecutionGateway(client: Client, taskQueue: string): ExecutionGateway {
  const fresh = firstTasks(client);
  const origins = createOrigins();
  return {
    async start(definition, context, options = {}) {
      const dispatchedAt = Date.now();
      const start = { taskQueue, definition, context, dispatchedAt, ...options };
      const calledAt = performance.now();
      if (!(await withTemporal(client, () => startExecution(client, start)))) return null;
      const { correlationId } = context;
      const workflowId = executionWorkflowId(context.workspace, context.idempotencyKey);
      fresh.started(workflowId, performance.now() - calledAt);
      origins.remember(workflowId, { definitionId: definition.definitionId, correlationId });
      return { dispatchedAt };
    },

    async lookUp(workspace, key) {
      const workflowId = executionWorkflowId(workspace, key);
      const record = await withTemporal(client, () => recordOf(client, { workflowId }));
      if (record) origins.remember(workflowId, record.memo);
      return record;
    },

    find: (workspace, executionId) => withTemporal(client, () => findRecord(client, workspace, executionId)),

    findSilent: (workspace, executionId) => findSilentRecord(client, workspace, executionId),

    knownOrigin: (workspace, key) => origins.recall(executionWorkflowId(workspace, key)),

    ...executionViews(client, taskQueue, fresh),
    ...executionChanges(client, taskQueue),
  };
}

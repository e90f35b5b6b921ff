// Starts an execution's workflow: its id comes from the key, so Temporal itself refuses a second start (contract 1).
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { PinnedDefinition } from '../definition/definition';
import { fittedArgs } from '../workflows/contract/arguments';
import type { ExecutionArgs, ExecutionContext, ExecutionMemo } from '../workflows/contract/execution';
import { executionWorkflowId } from '../workflows/contract/ids';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../workflows/contract/names';
import { asWritten, summaryOf } from '../workflows/contract/operator-text';
import { ATTRIBUTE } from './attributes';
import { searchableCorrelationId } from './searchable';

export interface StartOptions {
  /** Temporal's, 1 to 5 and 3 by default; activities inherit it. */
  readonly priorityKey?: number;
  /** Whether the key may have another execution once all that it had have ended. */
  readonly mayRepeat?: boolean;
}

export interface Start extends StartOptions {
  readonly taskQueue: string;
  readonly definition: PinnedDefinition;
  readonly context: ExecutionContext;
  readonly dispatchedAt: number;
}

/** One call; false when the key has an execution already: running, or also closed unless it may repeat. */
export async function startExecution(client: Client, start: Start): Promise<boolean> {
  const { taskQueue, definition, context, dispatchedAt, priorityKey, mayRepeat = false } = start;
  const { definitionId, version } = definition;
  const { workspace, correlationId, idempotencyKey } = context;
  const args: ExecutionArgs = [definition, context];
  const sent = fittedArgs(args) ?? args;
  const memo: ExecutionMemo = {
    definitionId,
    definitionVersion: version,
    correlationId,
    idempotencyKey,
    ...(context.dialect ? { dispatchedAt } : {}),
  };
  try {
    await client.workflow.start(WORKFLOW.execution, {
      workflowId: executionWorkflowId(workspace, idempotencyKey),
      taskQueue,
      args: [...sent],
      memo: { ...memo },
      workflowIdReusePolicy: mayRepeat ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      ...(priorityKey === undefined ? {} : { priority: { priorityKey } }),
      staticSummary: summaryOf(`${definitionId} v${version} · ${asWritten(correlationId)}`),
      typedSearchAttributes: new TypedSearchAttributes([
        { key: ATTRIBUTE.workspace, value: workspace },
        { key: ATTRIBUTE.definitionId, value: definitionId },
        { key: ATTRIBUTE.correlationId, value: searchableCorrelationId(correlationId) },
        { key: ATTRIBUTE.version, value: version },
      ]),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

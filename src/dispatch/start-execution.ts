// Starts an execution's workflow: its id comes from the key, so Temporal itself refuses a second start (contract 1).
import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { PinnedDefinition } from '../definition/definition';
import {
  type ExecutionArgs,
  type ExecutionContext,
  type ExecutionMemo,
  executionWorkflowId,
  WORKFLOW,
  WORKFLOW_TASK_TIMEOUT,
} from '../workflows/contract';

const KEYS = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  definitionId: defineSearchAttributeKey('DefinitionId', 'KEYWORD'),
  correlationId: defineSearchAttributeKey('CorrelationId', 'KEYWORD'),
  version: defineSearchAttributeKey('DefinitionVersion', 'INT'),
};

export interface Start {
  readonly taskQueue: string;
  readonly definition: PinnedDefinition;
  readonly context: ExecutionContext;
}

/** One call; false when the key has an execution already, running or closed. */
export async function startExecution(client: Client, { taskQueue, definition, context }: Start): Promise<boolean> {
  const { definitionId, version } = definition;
  const { workspace, correlationId, idempotencyKey } = context;
  const args: ExecutionArgs = [definition, context];
  const memo: ExecutionMemo = { definitionId, definitionVersion: version, correlationId, idempotencyKey };
  try {
    await client.workflow.start(WORKFLOW.execution, {
      workflowId: executionWorkflowId(workspace, idempotencyKey),
      taskQueue,
      args,
      memo: { ...memo },
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'FAIL',
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      staticSummary: `${definitionId} v${version} · ${correlationId}`,
      typedSearchAttributes: new TypedSearchAttributes([
        { key: KEYS.workspace, value: workspace },
        { key: KEYS.definitionId, value: definitionId },
        { key: KEYS.correlationId, value: correlationId },
        { key: KEYS.version, value: version },
      ]),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

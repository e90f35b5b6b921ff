// How executions are shown that no worker can be asked about, or that ended without the engine's doing.
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import type { StepError } from '../../engine/run';
import type { ExecutionView } from '../../engine/view';
import { isOpen } from '../../temporal/described-run';
import type { ExecutionMemo } from '../../workflows/contract/execution';
import { executionIdOf } from '../../workflows/contract/ids';
import { ApiError } from '../errors';

/** What Temporal says of an execution without asking a worker. */
export interface ExecutionRecord {
  readonly memo: ExecutionMemo;
  readonly runId: string;
  readonly status: WorkflowExecutionStatusName;
  /** Epoch milliseconds; of an execution that has continued as new, that of its present run. */
  readonly startedAt: number;
  readonly closedAt: number | null;
  /** How far the first workflow task is: no worker has it yet, one has (or the run was ended before), it is completed. */
  readonly firstTask: 'waits' | 'begun' | 'done';
}

/** An execution whose first workflow task never ran: it is dispatched, and nothing has happened yet. */
export function presentPending({ memo, startedAt }: ExecutionRecord): ExecutionView {
  return {
    executionId: executionIdOf(memo.idempotencyKey),
    status: 'pending',
    startedAt,
    completedAt: null,
    cancelledAt: null,
    definitionId: memo.definitionId,
    definitionVersion: memo.definitionVersion,
    correlationId: memo.correlationId,
    idempotencyKey: memo.idempotencyKey,
    failureReason: null,
    steps: [],
  };
}

/** A run that an operator terminated shows as failed, with the steps that were known (contract 2 section 1). */
export function presentClosed<V extends ExecutionView>(view: V, { status, closedAt }: ExecutionRecord): V {
  const isEnded = view.status !== 'pending' && view.status !== 'running';
  if (isEnded || isOpen(status)) return view;
  return { ...view, status: 'failed', completedAt: closedAt, failureReason: endedInTemporal(status) };
}

export const endedInTemporal = (status: string): StepError => ({
  code: 'terminated',
  message: `The execution was ended in Temporal (${status.toLowerCase()}), not by the engine.`,
});

/** The same for ids that never existed, are malformed, or belong to another workspace. */
export function notFound(executionId: string): ApiError {
  return new ApiError('NOT_FOUND', `There is no execution "${executionId.slice(0, 220)}".`);
}

// What Temporal says of one run: strongly consistent, without a worker, and at half the cost of the SDK's own `describe`.
import type { Client, WorkflowExecutionStatusName } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { isMissing } from './grpc';
import { memoOf, millisOf } from './visibility';

export interface DescribedRun {
  readonly runId: string;
  /** Of the runs that continued as new one from the other, the first. */
  readonly firstRunId: string;
  readonly memo: Readonly<Record<string, unknown>>;
  readonly status: WorkflowExecutionStatusName;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly closedAt: number | null;
  /** In events. */
  readonly historyLength: number;
}

const { WorkflowExecutionStatus: Status } = temporal.api.enums.v1;

const STATUS_NAMES: ReadonlyMap<unknown, WorkflowExecutionStatusName> = new Map([
  [Status.WORKFLOW_EXECUTION_STATUS_RUNNING, 'RUNNING'],
  [Status.WORKFLOW_EXECUTION_STATUS_PAUSED, 'PAUSED'],
  [Status.WORKFLOW_EXECUTION_STATUS_COMPLETED, 'COMPLETED'],
  [Status.WORKFLOW_EXECUTION_STATUS_FAILED, 'FAILED'],
  [Status.WORKFLOW_EXECUTION_STATUS_CANCELED, 'CANCELLED'],
  [Status.WORKFLOW_EXECUTION_STATUS_TERMINATED, 'TERMINATED'],
  [Status.WORKFLOW_EXECUTION_STATUS_TIMED_OUT, 'TIMED_OUT'],
  [Status.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, 'CONTINUED_AS_NEW'],
]);

/** It has not ended; one that an operator paused goes on when it is unpaused (docs/decisions/0114). */
export const isOpen = (status: WorkflowExecutionStatusName): boolean => status === 'RUNNING' || status === 'PAUSED';

/** The newest run of the workflow id, or the one that is named; null when there is none. One call. */
export async function describeRun(
  client: Client,
  execution: { readonly workflowId: string; readonly runId?: string },
): Promise<DescribedRun | null> {
  try {
    const { workflowExecutionInfo: info } = await client.workflowService.describeWorkflowExecution({
      namespace: client.options.namespace,
      execution,
    });
    const runId = info?.execution?.runId ?? '';
    return {
      runId,
      firstRunId: info?.firstRunId || runId,
      memo: await memoOf(client, info?.memo),
      status: STATUS_NAMES.get(info?.status) ?? 'UNKNOWN',
      startedAt: millisOf(info?.startTime) ?? 0,
      closedAt: millisOf(info?.closeTime),
      historyLength: Number(info?.historyLength ?? 0),
    };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

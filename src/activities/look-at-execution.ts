// The activity with which a delivery workflow that has nothing left to do learns whether more may come.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Activities } from '../workflows/contract/activities';
import { executionWorkflowId, isDialectKey, keyOfExecutionId } from '../workflows/contract/ids';
import { type DeliveryTimes, REAL_TIMES } from './delivery-schedule';

const FIRST_WAIT_MS = 60_000;
const WAIT_MS_MAX = 24 * 3_600_000;
/**
 * A delivery workflow outlives its last work by this much: longer than anyone who has just seen its predecessor closed
 * takes to reach it, so no run is ever overlooked (docs/decisions/0040-where-deliveries-live.md).
 */
const LINGER_MS = 60_000;

export function lookAtExecutionActivity({ scale }: DeliveryTimes = REAL_TIMES): Activities['lookAtExecution'] {
  return async function lookAtExecution({ workspace, executionId, looks }) {
    const isOpen = await isExecutionOpen(workspace, executionId);
    const waitMs = isOpen ? Math.min(FIRST_WAIT_MS * 2 ** Math.min(looks, 20), WAIT_MS_MAX) : LINGER_MS;
    return { isOpen, waitMs: Math.round(waitMs * scale) };
  };
}

async function isExecutionOpen(workspace: string, executionId: string): Promise<boolean> {
  const key = keyOfExecutionId(executionId);
  if (key === null) return false;
  try {
    const { status, memo } = await Context.current()
      .client.workflow.getHandle(executionWorkflowId(workspace, key))
      .describe();
    // Of executions that a dialect started another one may have followed under the same workflow id.
    const isOwn = !isDialectKey(key) || memo?.idempotencyKey === key;
    // One that an operator paused goes on some day.
    return isOwn && (status.name === 'RUNNING' || status.name === 'PAUSED');
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

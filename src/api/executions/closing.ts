// An execution has ended when the engine says so; its workflow closes a moment later, and until then its id is taken.
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../../engine/cancel';
import { isOpen } from '../../temporal/described-run';
import { executionIdOf } from '../../workflows/contract/ids';
import { ApiError } from '../errors';
import type { ExecutionGateway } from './gateway';
import type { ExecutionRecord } from './presentation';

/** Last events that a slow receiver has not taken yet hold it open for up to ten seconds. */
const WAIT_MS_MAX = 2_500;
const LOOK_MS = 25;

/** Waits until an execution that has ended is closed. False: it has not ended, or not closed in time. */
export async function hasClosed(
  executions: ExecutionGateway,
  workspace: string,
  { memo }: ExecutionRecord,
): Promise<boolean> {
  const executionId = executionIdOf(memo.idempotencyKey);
  if (!(await hasEnded(executions, workspace, executionId))) return false;
  for (const until = performance.now() + WAIT_MS_MAX; performance.now() < until; await sleep(LOOK_MS)) {
    if (!isOpen((await executions.find(workspace, executionId)).status)) return true;
  }
  return false;
}

/** Without a worker nothing ends. */
async function hasEnded(executions: ExecutionGateway, workspace: string, executionId: string): Promise<boolean> {
  try {
    return isTerminal(await executions.view(workspace, executionId));
  } catch (error) {
    if (error instanceof ApiError && error.status !== 'INTERNAL') return false;
    throw error;
  }
}

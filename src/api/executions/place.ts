// Where an execution is found in Temporal: its workflow id, and which run of it when several executions share that id.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { describeRun } from '../../temporal/described-run';
import { listRuns, OPEN_RUNS, type RunStatus, visibilityQuery } from '../../temporal/visibility';
import type { ExecutionMemo } from '../../workflows/contract/execution';
import { executionWorkflowId, isDialectKey, keyOfExecutionId } from '../../workflows/contract/ids';
import { WORKFLOW } from '../../workflows/contract/names';
import { notFound } from './presentation';

export interface Place {
  readonly workflowId: string;
  /** Undefined: the newest run, for no other execution has this workflow id. */
  readonly runId?: string;
  /** The first run of the execution, while the newest run of the workflow id is one of its own: nothing else may be changed. */
  readonly firstRunId?: string;
}

/** Of one execution only the last run is listed as such; those before continued as new. */
const LAST_RUNS: readonly RunStatus[] = [...OPEN_RUNS, 'Completed', 'Failed', 'Canceled', 'Terminated', 'TimedOut'];
/** Visibility may lag behind; an execution that was followed by another just now is waited for. */
const LOOK_AGAIN_MS: readonly number[] = [50, 100, 200, 400, 800];
const PAGE_SIZE = 200;

/** Throws NOT_FOUND. Asks Temporal only of executions that a dialect started: their workflow ids can have several. */
export async function placeOf(client: Client, workspace: string, executionId: string): Promise<Place> {
  const key = keyOfExecutionId(executionId);
  if (key === null) throw notFound(executionId);
  const workflowId = executionWorkflowId(workspace, key);
  if (!isDialectKey(key)) return { workflowId };
  const newest = await newestRun(client, workflowId);
  if (newest?.key === key) return { workflowId, runId: newest.runId, firstRunId: newest.firstRunId };
  // Without a newest run there may be older ones all the same: an operator has deleted it. They are listed since long.
  const runId = await olderRun(client, { workspace, workflowId, key }, newest === null ? [] : LOOK_AGAIN_MS);
  if (!runId) throw notFound(executionId);
  return { workflowId, runId };
}

/** Strongly consistent: a start is seen at once. */
async function newestRun(client: Client, workflowId: string) {
  const run = await describeRun(client, { workflowId });
  if (!run) return null;
  const { idempotencyKey } = run.memo as unknown as ExecutionMemo;
  return { key: idempotencyKey, runId: run.runId, firstRunId: run.firstRunId };
}

interface Wanted {
  readonly workspace: string;
  readonly workflowId: string;
  readonly key: string;
}

/** Of an execution that another one with the same workflow id has followed; it has ended. Looked for again after these pauses. */
async function olderRun(
  client: Client,
  { workspace, workflowId, key }: Wanted,
  lookAgainMs: readonly number[],
): Promise<string | null> {
  const query = visibilityQuery({
    WorkflowType: WORKFLOW.execution,
    Workspace: workspace,
    WorkflowId: workflowId,
    ExecutionStatus: LAST_RUNS,
  });
  for (const wait of [...lookAgainMs, 0]) {
    let after: Uint8Array | null = null;
    do {
      const page: Awaited<ReturnType<typeof listRuns>> = await listRuns(client, { query, size: PAGE_SIZE, after });
      const run = page.runs.find(({ memo }) => memo.idempotencyKey === key);
      if (run) return run.runId;
      after = page.next;
    } while (after !== null);
    await sleep(wait);
  }
  return null;
}

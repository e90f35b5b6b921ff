// Executions without their workers: which run of one is meant, and what Temporal itself says of it.
import type { Client, WorkflowHandle } from '@temporalio/client';
import { describeRun } from '../../temporal/described-run';
import type { ExecutionMemo } from '../../workflows/contract/execution';
import { withTemporal } from '../temporal-errors';
import { FIRST_TASK_EVENTS, hasRun } from './first-task';
import { type Place, placeOf } from './place';
import { type ExecutionRecord, notFound } from './presentation';

/** Of an execution that may share its workflow id, the run that was found; else the newest one. */
export const handleOf = (client: Client, { workflowId, runId }: Place): WorkflowHandle =>
  client.workflow.getHandle(workflowId, runId);

export async function recordOf(client: Client, { workflowId, runId }: Place): Promise<ExecutionRecord | null> {
  const run = await describeRun(client, runId === undefined ? { workflowId } : { workflowId, runId });
  if (!run) return null;
  const { status, startedAt, closedAt, historyLength, firstRunId } = run;
  const firstTask = firstRunId === run.runId ? firstTaskOf(historyLength) : 'done';
  return { memo: run.memo as unknown as ExecutionMemo, runId: run.runId, status, startedAt, closedAt, firstTask };
}

function firstTaskOf(historyLength: number): ExecutionRecord['firstTask'] {
  if (historyLength > FIRST_TASK_EVENTS) return 'done';
  return historyLength === FIRST_TASK_EVENTS ? 'begun' : 'waits';
}

/** Throws NOT_FOUND. */
export async function mustExist(client: Client, place: Place, executionId: string): Promise<ExecutionRecord> {
  const record = await recordOf(client, place);
  if (!record) throw notFound(executionId);
  return record;
}

/** Throws NOT_FOUND. */
export async function findRecord(client: Client, workspace: string, executionId: string): Promise<ExecutionRecord> {
  return mustExist(client, await placeOf(client, workspace, executionId), executionId);
}

/** Of one that did not answer, in the time that is left to say why: it may never have run. Throws NOT_FOUND. */
export function findSilentRecord(client: Client, workspace: string, executionId: string): Promise<ExecutionRecord> {
  const find = async (): Promise<ExecutionRecord> => {
    const place = await placeOf(client, workspace, executionId);
    const record = await mustExist(client, place, executionId);
    if (record.firstTask !== 'done') return record;
    // When there is no time left to look, why it did not answer is still to be said.
    const isBegun = await hasRun(client, place).catch(() => true);
    return isBegun ? record : { ...record, firstTask: 'begun' };
  };
  return withTemporal(client, find, 'explaining');
}

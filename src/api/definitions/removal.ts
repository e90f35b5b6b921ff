// Deletes a definition: a tombstone at first, and with `purge` the records and the head as well.
import type { Client } from '@temporalio/client';
import { CLOCK_SKEW_MS_MAX } from '../../dispatch/head-leases';
import type { Heads, SeenHead } from '../../dispatch/heads';
import { removeSchedules } from '../../dispatch/schedules';
import type { VersionRecords } from '../../dispatch/version-records';
import { listRuns, OPEN_RUNS, type RunPage, visibilityQuery } from '../../temporal/visibility';
import { definitionVersionWorkflowId } from '../../workflows/contract/ids';
import { WORKFLOW } from '../../workflows/contract/names';

export type DeleteOutcome = 'deleted' | 'not-found' | 'tombstoned' | 'in-flight';

export interface Removal {
  readonly client: Client;
  readonly heads: Heads;
  readonly records: VersionRecords;
  readonly workspace: string;
  readonly definitionId: string;
}

/** Without `purge` a tombstone is left as it is; with it, its records go too. To ask again continues what stopped half-way. */
export async function removeDefinition(removal: Removal, { purge }: { purge: boolean }): Promise<DeleteOutcome> {
  const { heads, workspace, definitionId } = removal;
  const head = await heads.read(workspace, definitionId);
  if (!head) return 'not-found';
  if (head.status === 'tombstoned' && !purge) return 'tombstoned';
  if (await hasOpenExecutions(removal)) return 'in-flight';
  const buried = head.status === 'tombstoned' ? 'deleted' : await bury(removal, head);
  if (!purge || buried === 'not-found') return buried;
  const tombstone = await heads.read(workspace, definitionId);
  // Somebody has taken the id anew: what was to be deleted is.
  if (tombstone?.status !== 'tombstoned') return 'deleted';
  // Records first: when this stops half-way there is still a tombstone to purge.
  await purgeRecords(removal, tombstone);
  // The tombstone removes them too, when it has a worker; after this it cannot any more.
  const scheduledIds = await heads.schedules(workspace, definitionId, tombstone);
  await removeSchedules(removal.client, { workspace, definitionId, triggerIds: scheduledIds });
  await heads.end(workspace, definitionId, tombstone);
  return 'deleted';
}

async function bury({ heads, workspace, definitionId }: Removal, { generation }: SeenHead): Promise<DeleteOutcome> {
  const reply = await heads.change(workspace, definitionId, { kind: 'tombstone', generation });
  if (reply.kind === 'changed') return 'deleted';
  // Somebody else was faster.
  return reply.kind === 'gone' ? 'not-found' : 'tombstoned';
}

/** As Visibility shows it: one that was dispatched in the last second may be missed, and runs on unharmed. */
async function hasOpenExecutions({ client, workspace, definitionId }: Removal): Promise<boolean> {
  const query = visibilityQuery({
    WorkflowType: WORKFLOW.execution,
    Workspace: workspace,
    DefinitionId: definitionId,
    ExecutionStatus: OPEN_RUNS,
  });
  return (await listRuns(client, { query, size: 1, after: null })).runs.length > 0;
}

const REMOVED_AT_ONCE = 16;
const LISTED_AT_ONCE = 1_000;

/**
 * Removes the snapshots that the tombstone knows, and whatever else Visibility shows of the past: records of earlier
 * generations, and of writers that died. Not the record with which somebody takes the id anew just now.
 */
async function purgeRecords({ client, heads, records, workspace, definitionId }: Removal, tombstone: SeenHead) {
  const { generation } = tombstone;
  const past = await heads.past(workspace, definitionId, tombstone);
  const known = [...past, tombstone].map(({ token }, index) =>
    definitionVersionWorkflowId(workspace, definitionId, { generation, version: index + 1, token }),
  );
  await removeAll(records, known);
  const query = visibilityQuery({
    WorkflowType: WORKFLOW.definitionVersion,
    Workspace: workspace,
    DefinitionId: definitionId,
    ExecutionStatus: OPEN_RUNS,
  });
  let page: RunPage = { runs: [], next: null };
  do {
    page = await listRuns(client, { query, size: LISTED_AT_ONCE, after: page.next });
    // What was written before the tombstone by more than the clocks of Temporal's hosts can differ belongs to the past.
    const old = page.runs.filter((run) => run.startedAt < tombstone.startedAt - CLOCK_SKEW_MS_MAX);
    await removeAll(
      records,
      old.map((run) => run.workflowId),
    );
  } while (page.next !== null);
}

async function removeAll(records: VersionRecords, workflowIds: readonly string[]): Promise<void> {
  for (let at = 0; at < workflowIds.length; at += REMOVED_AT_ONCE) {
    await Promise.all(workflowIds.slice(at, at + REMOVED_AT_ONCE).map((id) => records.remove(id)));
  }
}

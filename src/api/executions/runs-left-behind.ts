// Runs that an operator's reset left behind: Temporal goes on listing them, and the execution goes on in another run.
import type { Client } from '@temporalio/client';
import { describeRun } from '../../temporal/described-run';
import type { ListedRun } from '../../temporal/visibility';

const DESCRIBED_AT_ONCE = 16;

/**
 * The same runs without them. A reset terminates the run that it leaves, so each terminated one costs a describe; one that had
 * closed before it was reset is only known by the newer run in the same page.
 */
export async function withoutLeftBehind(client: Client, runs: readonly ListedRun[]): Promise<readonly ListedRun[]> {
  // Open runs come first, and the newest of them and of the others.
  const newest = new Map(runs.toReversed().map((run) => [executionOf(run), run]));
  const last = runs.filter((run) => newest.get(executionOf(run)) === run);
  const terminated = last.filter(({ status }) => status === 'Terminated');
  const leftBehind = new Set<ListedRun>();
  for (let at = 0; at < terminated.length; at += DESCRIBED_AT_ONCE) {
    await Promise.all(
      terminated.slice(at, at + DESCRIBED_AT_ONCE).map(async (run) => {
        if (await isLeftBehind(client, run)) leftBehind.add(run);
      }),
    );
  }
  return last.filter((run) => !leftBehind.has(run));
}

async function isLeftBehind(client: Client, run: ListedRun): Promise<boolean> {
  const newest = await describeRun(client, { workflowId: run.workflowId });
  if (newest === null || newest.runId === run.runId) return false;
  // A dialect's workflow id can have several executions.
  return newest.memo.idempotencyKey === run.memo.idempotencyKey;
}

const executionOf = ({ workflowId, memo }: ListedRun): string => `${workflowId} ${memo.idempotencyKey}`;

// Replays histories as a worker would that takes them up, with the workflows as they are built.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { ROOT } from './supervisor';

export type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

export interface RecordedRun {
  readonly workflowId: string;
  readonly history: History;
}

export interface Replay extends RecordedRun {
  /** Why it cannot be replayed, or null. */
  readonly failure: string | null;
}

/** One after the other as they come, in the order in which the replays end. */
export async function* replayed(runs: AsyncIterable<RecordedRun>): AsyncIterable<Replay> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const underWay = new Map<string, RecordedRun>();
  async function* noted() {
    for await (const run of runs) {
      underWay.set(runIdOf(run.history), run);
      yield run;
    }
  }
  const workflowBundle = { codePath: join(ROOT, 'dist', 'workflow-bundle.js') };
  for await (const { runId, error } of Worker.runReplayHistories({ workflowBundle }, noted())) {
    const run = underWay.get(runId);
    underWay.delete(runId);
    if (run) yield { ...run, failure: error?.message ?? null };
  }
}

export const runIdOf = ({ events }: History): string =>
  events?.[0]?.workflowExecutionStartedEventAttributes?.originalExecutionRunId ?? '';

/** Writes a history where it can be replayed from; returns the path. */
export function keepHistory(folder: string, { workflowId, history }: RecordedRun): string {
  const name = `history-${workflowId.replaceAll('/', '-')}-${runIdOf(history).slice(0, 8)}.json`;
  const path = join(folder, name);
  writeFileSync(path, historyToJSON(history));
  return path;
}

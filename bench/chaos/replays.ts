// Replays the histories that a run left, as a worker would that takes them up: what cannot be replayed is a fault, and kept.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import type { Fault } from './journal';
import { ROOT } from './supervisor';

/** With 800 executions this leaves room for the rest; the others were replayed by the workers that died. */
const REPLAY_MS_MAX = 20_000;
type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

export interface Replayed {
  readonly count: number;
  readonly faults: readonly Fault[];
}

export async function replayAll(keys: readonly string[], address: string, folder: string): Promise<Replayed> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const connection = await Connection.connect({ address });
  const histories = new Map<string, History>();
  const faults: Fault[] = [];
  let count = 0;
  try {
    const client = new Client({ connection });
    const workflowBundle = { codePath: join(ROOT, 'dist', 'workflow-bundle.js') };
    const replay = Worker.runReplayHistories({ workflowBundle }, fetched(client, keys, histories));
    for await (const { workflowId, error } of replay) {
      const history = histories.get(workflowId);
      histories.delete(workflowId);
      count += 1;
      if (!error || !history) continue;
      const path = join(folder, `history-${workflowId.replaceAll('/', '-')}.json`);
      writeFileSync(path, historyToJSON(history));
      faults.push({ kind: 'fault', name: 'the replay', line: `${error.message} (kept in ${path})` });
    }
  } finally {
    await connection.close();
  }
  return { count, faults };
}

async function* fetched(client: Client, keys: readonly string[], histories: Map<string, History>) {
  const until = Date.now() + REPLAY_MS_MAX;
  for (const key of keys) {
    if (Date.now() > until) return;
    const workflowId = executionWorkflowId('dev', key);
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    histories.set(workflowId, history);
    yield { workflowId, history };
  }
}

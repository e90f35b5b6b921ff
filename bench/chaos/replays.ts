// Replays the histories that a chaos run left: what cannot be replayed is a fault, and kept.
import { Client, Connection } from '@temporalio/client';
import { executionWorkflowId } from '../../src/workflows/contract/ids';
import type { Fault } from '../journal';
import { keepHistory, type RecordedRun, replayed } from '../replays';

/** With 800 executions this leaves room for the rest; the others were replayed by the workers that died. */
const REPLAY_MS_MAX = 20_000;

export interface Replayed {
  readonly count: number;
  readonly faults: readonly Fault[];
}

export async function replayAll(keys: readonly string[], address: string, folder: string): Promise<Replayed> {
  const connection = await Connection.connect({ address });
  const faults: Fault[] = [];
  let count = 0;
  try {
    for await (const { failure, ...run } of replayed(fetched(new Client({ connection }), keys))) {
      count += 1;
      if (failure === null) continue;
      faults.push({ kind: 'fault', name: 'the replay', line: `${failure} (kept in ${keepHistory(folder, run)})` });
    }
  } finally {
    await connection.close();
  }
  return { count, faults };
}

async function* fetched(client: Client, keys: readonly string[]): AsyncIterable<RecordedRun> {
  const until = Date.now() + REPLAY_MS_MAX;
  for (const key of keys) {
    if (Date.now() > until) return;
    const workflowId = executionWorkflowId('dev', key);
    yield { workflowId, history: await client.workflow.getHandle(workflowId).fetchHistory() };
  }
}

// The histories that the executions of a storm left, theirs and those of their deliveries, run by run: each must replay, and
// its workflow tasks may have failed in harmless ways only.
import type { Client } from '@temporalio/client';
import { deliveryWorkflowId, keyOfExecutionId } from '../../src/workflows/contract/ids';
import { keepHistory, type RecordedRun, replayed } from '../replays';
import { workflowIdOf } from './deeds';
import { tasksOf } from './tasks';
import type { Violation } from './violation';

interface Setting {
  readonly temporal: Client;
  readonly executionIds: readonly string[];
  /** Their histories are kept in any case: something else of them did not hold. */
  readonly suspects: ReadonlySet<string>;
  readonly folder: string;
  /** No further history is looked at. */
  readonly stopping: AbortSignal;
}

export interface JudgedHistories {
  readonly violations: readonly Violation[];
  /** The paths of those that were kept, by execution. */
  readonly kept: ReadonlyMap<string, readonly string[]>;
  readonly counts: ReadonlyMap<string, number>;
  /** Executions that nobody got to look at. */
  readonly leftOut: number;
}

export async function judgeHistories(setting: Setting): Promise<JudgedHistories> {
  const { suspects, folder, executionIds } = setting;
  const violations: Violation[] = [];
  const kept = new Map<string, string[]>();
  const counts = new Map<string, number>();
  const begun = new Set<string>();
  const count = (what: string, by = 1) => counts.set(what, (counts.get(what) ?? 0) + by);
  for await (const { failure, ...run } of replayed(runsOf(setting, begun))) {
    const executionId = executionOf(run);
    const { harmless, broken, timedOut, passedOn, isRenewed } = tasksOf(run.history);
    count('histories replayed');
    if (isRenewed) count('runs that went on in a new one');
    if (timedOut > 0) count('workflow tasks that timed out', timedOut);
    if (passedOn > 0) count('workflow tasks that another worker was given', passedOn);
    for (const way of harmless) count(`workflow tasks that ${way}`);
    const found = [...(failure === null ? [] : [`its history does not replay: ${failure}`]), ...broken];
    violations.push(...found.map((text) => ({ executionId, text: `${text} (${run.workflowId})` })));
    if (found.length === 0 && !suspects.has(executionId)) continue;
    kept.set(executionId, [...(kept.get(executionId) ?? []), keepHistory(folder, run)]);
  }
  return { violations, kept, counts, leftOut: executionIds.length - begun.size };
}

/** Those of suspects first. */
async function* runsOf(
  { temporal, executionIds, suspects, stopping }: Setting,
  begun: Set<string>,
): AsyncIterable<RecordedRun> {
  const inTurn = [...executionIds].sort((a, b) => Number(suspects.has(b)) - Number(suspects.has(a)));
  for (const executionId of inTurn) {
    if (stopping.aborted) return;
    begun.add(executionId);
    for (const workflowId of [workflowIdOf(executionId), deliveriesOf(executionId)]) {
      const query = `WorkflowId = '${workflowId}'`;
      for await (const { runId } of temporal.workflow.list({ query })) {
        yield { workflowId, history: await temporal.workflow.getHandle(workflowId, runId).fetchHistory() };
      }
    }
  }
}

const deliveriesOf = (executionId: string): string => deliveryWorkflowId('dev', keyOfExecutionId(executionId) ?? '');

const executionOf = ({ workflowId }: RecordedRun): string =>
  `exec_${workflowId.slice(workflowId.lastIndexOf('/') + 1)}`;

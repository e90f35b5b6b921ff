// A page of executions as Visibility lists them: the open ones first, the newest start first, then the closed ones.
import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { assertNever } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { searchableCorrelationId } from '../../dispatch/searchable';
import type { ExecutionStatus, StepError } from '../../engine/run';
import type { ExecutionView } from '../../engine/view';
import { type ListedRun, listRuns, OPEN_RUNS, type RunStatus, visibilityQuery } from '../../temporal/visibility';
import type { ExecutionMemo } from '../../workflows/contract/execution';
import { executionIdOf } from '../../workflows/contract/ids';
import { WORKFLOW } from '../../workflows/contract/names';
import { type Cursors, type PageRequest, textOf, tokenOf } from '../page';
import { withTemporal } from '../temporal-errors';
import { readFailure } from './failure';
import { endedInTemporal } from './presentation';
import { withoutLeftBehind } from './runs-left-behind';

export interface ExecutionFilter {
  readonly definitionId?: string | undefined;
  /** One of them must hold. */
  readonly status?: ExecutionStatus | readonly ExecutionStatus[] | undefined;
  readonly correlationId?: string | undefined;
  readonly definitionVersion?: number | undefined;
}

export interface ExecutionPage {
  /** Their `steps` are empty. */
  readonly items: readonly ExecutionView[];
  readonly nextCursor: string | null;
}

export interface ExecutionLister {
  list(workspace: string, filter: ExecutionFilter, page: PageRequest): Promise<ExecutionPage>;
}

/** A status of the API, as Temporal tells it. Which open ones have not run yet only a worker could say. */
const RUN_STATUSES: Readonly<Record<Exclude<ExecutionStatus, 'pending'>, readonly RunStatus[]>> = {
  running: OPEN_RUNS,
  completed: ['Completed'],
  failed: ['Failed', 'Terminated', 'TimedOut'],
  cancelled: ['Canceled'],
};
/** Of an execution that continued as new, only the last run. */
const ALL: readonly RunStatus[] = Object.values(RUN_STATUSES).flat();

const FAILURES_KEPT = 10_000;
const FAILURES_READ_AT_ONCE = 16;

export function createExecutionLister(client: Client, cursors: Cursors): ExecutionLister {
  /** By run id: a run that has closed stays as it is. */
  const failures = new LRUCache<string, StepError>({ max: FAILURES_KEPT });

  async function failureOf(run: ListedRun): Promise<StepError> {
    const known = failures.get(run.runId);
    if (known) return known;
    const failure = await readFailure(client, run);
    failures.set(run.runId, failure);
    return failure;
  }

  return {
    list: (workspace, filter, request) =>
      withTemporal(client, async () => {
        const { status, definitionId, correlationId, definitionVersion } = filter;
        const filters = [
          status,
          definitionId,
          correlationId,
          ...(definitionVersion === undefined ? [] : [definitionVersion]),
        ];
        const of = { workspace, list: 'executions/list', filter: filters };
        const after = tokenOf(cursors.read(of, request.cursor));
        const runStatuses = runStatusesOf(status);
        if (runStatuses.length === 0 || !mayExist(filter)) return { items: [], nextCursor: null };
        const query = visibilityQuery({
          WorkflowType: WORKFLOW.execution,
          Workspace: workspace,
          ExecutionStatus: runStatuses,
          DefinitionId: definitionId,
          DefinitionVersion: definitionVersion,
          CorrelationId: correlationId === undefined ? undefined : searchableCorrelationId(correlationId),
        });
        const { runs: listed, next } = await listRuns(client, { query, size: request.pageSize, after });
        const runs = await withoutLeftBehind(client, listed);
        const failed = runs.filter((run) => run.status === 'Failed');
        const reasons = new Map<string, StepError>();
        for (let at = 0; at < failed.length; at += FAILURES_READ_AT_ONCE) {
          const chunk = failed.slice(at, at + FAILURES_READ_AT_ONCE);
          await Promise.all(chunk.map(async (run) => reasons.set(run.runId, await failureOf(run))));
        }
        return {
          items: runs.map((run) => itemOf(run, reasons.get(run.runId) ?? null)),
          nextCursor: next === null ? null : cursors.make(of, textOf(next)),
        };
      }),
  };
}

/** What is no id, or no version, has no executions; and some of it, such as a NUL or a minus, no store can be asked for. */
const mayExist = ({ definitionId, definitionVersion }: ExecutionFilter): boolean =>
  (definitionId === undefined || LIMITS.definitionIdPattern.test(definitionId)) &&
  (definitionVersion === undefined || definitionVersion >= 1);

function runStatusesOf(status: ExecutionFilter['status']): readonly RunStatus[] {
  if (status === undefined) return ALL;
  return [status].flat().flatMap((one) => (one === 'pending' ? [] : RUN_STATUSES[one]));
}

function itemOf(run: ListedRun, failureReason: StepError | null): ExecutionView {
  const memo = run.memo as unknown as ExecutionMemo;
  return {
    executionId: executionIdOf(memo.idempotencyKey),
    startedAt: memo.startedAt ?? run.startedAt,
    ...endingOf(run, failureReason),
    definitionId: memo.definitionId,
    definitionVersion: memo.definitionVersion,
    correlationId: memo.correlationId,
    idempotencyKey: memo.idempotencyKey,
    steps: [],
  };
}

type Ending = Pick<ExecutionView, 'status' | 'completedAt' | 'cancelledAt' | 'failureReason'>;

function endingOf({ status, closedAt }: ListedRun, failureReason: StepError | null): Ending {
  const open: Ending = { status: 'running', completedAt: null, cancelledAt: null, failureReason: null };
  switch (status) {
    case 'Running':
    case 'Paused':
      return open;
    case 'Completed':
      return { ...open, status: 'completed', completedAt: closedAt };
    case 'Canceled':
      return { ...open, status: 'cancelled', cancelledAt: closedAt };
    case 'Failed':
      return { ...open, status: 'failed', completedAt: closedAt, failureReason };
    case 'Terminated':
    case 'TimedOut':
      return { ...open, status: 'failed', completedAt: closedAt, failureReason: endedInTemporal(status) };
    default:
      return assertNever(status);
  }
}

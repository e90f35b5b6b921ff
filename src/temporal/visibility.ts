// Temporal's Visibility: the one place that writes its queries, and lists page by page with the server's own page tokens.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import type { SEARCH_ATTRIBUTES } from '../workflows/contract/names';
import { isUnknownStatus } from './grpc';
import { decodedWith } from './payload-codec';

const { WorkflowExecutionStatus } = temporal.api.enums.v1;

export type RunStatus = 'Running' | 'Paused' | 'Completed' | 'Failed' | 'Canceled' | 'Terminated' | 'TimedOut';

/** Of runs that have not ended. */
export const OPEN_RUNS: readonly RunStatus[] = ['Running', 'Paused'];

/** All that are set must hold; of a list, one must. An attribute that is undefined is not asked about. */
export type VisibilityFilter = {
  readonly WorkflowType: string;
  readonly Workspace: string;
  readonly WorkflowId?: string | undefined;
  readonly ExecutionStatus?: readonly RunStatus[] | undefined;
} & {
  readonly [name in Exclude<keyof typeof SEARCH_ATTRIBUTES, 'Workspace'>]?:
    | string
    | number
    | readonly string[]
    | undefined;
};

/** A Visibility query; values are escaped, so that none can end its own string. */
export function visibilityQuery(filter: VisibilityFilter): string {
  const conditions = Object.entries(filter).flatMap(([attribute, wanted]) => {
    if (wanted === undefined) return [];
    const values = [wanted].flat().map(quoted);
    return values.length === 1 ? [`${attribute} = ${values[0]}`] : [`${attribute} IN (${values.join(', ')})`];
  });
  return conditions.join(' AND ');
}

/** The server's parser knows both backslash escapes and doubled quotes; numbers have no quotes. */
const quoted = (value: string | number): string =>
  typeof value === 'number' ? `${value}` : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;

export interface ListedRun {
  readonly workflowId: string;
  readonly runId: string;
  readonly status: RunStatus;
  readonly memo: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly closedAt: number | null;
}

export interface RunPage {
  readonly runs: readonly ListedRun[];
  /** Null on the last page. */
  readonly next: Uint8Array | null;
}

export interface PageOf {
  readonly query: string;
  readonly size: number;
  /** Null for the first page. */
  readonly after: Uint8Array | null;
}

/** How long a server is not asked for paused runs after it refused to: it may be upgraded while this process runs. */
const UNAWARE_MS = 60_000;

/** Clients of servers before 1.30, which know no paused runs, and when (of `performance.now`) that is asked anew. */
const unawareOfPaused = new WeakMap<Client, number>();

/**
 * One call, and one more a minute for a client of a server before 1.30: running ones first, the newest start first; then the
 * closed ones, the newest close first.
 */
export async function listRuns(client: Client, page: PageOf): Promise<RunPage> {
  if (performance.now() < (unawareOfPaused.get(client) ?? 0)) return listed(client, withoutPaused(page));
  try {
    return await listed(client, page);
  } catch (error) {
    if (!isUnknownStatus(error)) throw error;
    const runs = await listed(client, withoutPaused(page));
    unawareOfPaused.set(client, performance.now() + UNAWARE_MS);
    return runs;
  }
}

/** No value can look like these: quotes in it are doubled. */
const withoutPaused = (page: PageOf): PageOf => ({
  ...page,
  query: page.query.replace(OPEN_RUNS.map(quoted).join(', '), quoted('Running')),
});

async function listed(client: Client, { query, size, after }: PageOf): Promise<RunPage> {
  const { executions, nextPageToken } = await client.workflowService.listWorkflowExecutions({
    namespace: client.options.namespace,
    query,
    pageSize: size,
    ...(after === null || after.length === 0 ? {} : { nextPageToken: after }),
  });
  return {
    runs: await Promise.all((executions ?? []).map((info) => runOf(client, info))),
    next: nextPageToken && nextPageToken.length > 0 ? nextPageToken : null,
  };
}

/**
 * The token with which the next page begins after the first `count` runs of one that was listed: Temporal gives tokens
 * for the ends of pages only, so a shorter page is asked for. It may end a little earlier, when runs came before it meanwhile;
 * when one vanished, shorter ones are tried, and at last the page begins anew. A double does less harm than a gap.
 */
export async function tokenAfter(client: Client, page: PageOf, { runs, next }: RunPage, count: number) {
  if (count === runs.length) return next;
  for (let size = count; size > 0 && size > count - CUTS_MAX; size--) {
    const cut = await listRuns(client, { ...page, size });
    const last = cut.runs.at(-1)?.runId;
    if (last !== undefined && runs.slice(0, count).some(({ runId }) => runId === last)) return cut.next;
  }
  return page.after ?? FIRST_PAGE;
}

const CUTS_MAX = 3;
/** The token before the first page, as one that is none. */
const FIRST_PAGE = new Uint8Array();

async function runOf(client: Client, info: temporal.api.workflow.v1.IWorkflowExecutionInfo): Promise<ListedRun> {
  return {
    workflowId: info.execution?.workflowId ?? '',
    runId: info.execution?.runId ?? '',
    status: statusOf(info.status),
    memo: await memoOf(client, info.memo),
    startedAt: millisOf(info.startTime) ?? 0,
    closedAt: millisOf(info.closeTime),
  };
}

function statusOf(status: temporal.api.enums.v1.WorkflowExecutionStatus | null | undefined): RunStatus {
  switch (status) {
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_PAUSED:
      return 'Paused';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_COMPLETED:
      return 'Completed';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_FAILED:
      return 'Failed';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED:
      return 'Canceled';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED:
      return 'Terminated';
    case WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
      return 'TimedOut';
    default:
      return 'Running';
  }
}

export async function memoOf(
  client: Client,
  memo: temporal.api.common.v1.IMemo | null | undefined,
): Promise<ListedRun['memo']> {
  const fields = memo?.fields ?? {};
  const values = await decodedWith(client, Object.values(fields));
  return Object.fromEntries(Object.keys(fields).map((name, place) => [name, values[place]]));
}

/** Epoch milliseconds, cut as the SDK's client cuts them. */
export function millisOf(time: temporal.api.workflow.v1.IWorkflowExecutionInfo['startTime']): number | null {
  return time ? Number(time.seconds ?? 0) * 1_000 + Math.floor((time.nanos ?? 0) / 1_000_000) : null;
}

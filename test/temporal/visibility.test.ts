import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { Client } from '@temporalio/client';
import { listRuns, OPEN_RUNS, tokenAfter, visibilityQuery } from '../../src/temporal/visibility';

describe('a Visibility query', () => {
  test('holds what is set, and only that', () => {
    expect(visibilityQuery({ WorkflowType: 'execution', Workspace: 'w', DefinitionId: undefined })).toBe(
      "WorkflowType = 'execution' AND Workspace = 'w'",
    );
  });

  test('of a list one value must hold', () => {
    const filter = { WorkflowType: 'execution', Workspace: 'w', ExecutionStatus: ['Failed', 'TimedOut'] } as const;
    expect(visibilityQuery(filter)).toContain("ExecutionStatus IN ('Failed', 'TimedOut')");
  });

  test('a number has no quotes', () => {
    const filter = { WorkflowType: 'execution', Workspace: 'w', DefinitionVersion: 3 };
    expect(visibilityQuery(filter)).toContain('DefinitionVersion = 3');
  });

  test('no value ends its own string', () => {
    const filter = { WorkflowType: 'execution', Workspace: 'w', CorrelationId: "x\\' OR '1' = '1" };
    expect(visibilityQuery(filter)).toContain("CorrelationId = 'x\\\\'' OR ''1'' = ''1'");
  });
});

describe('a server before 1.30', () => {
  afterEach(() => void jest.restoreAllMocks());

  /** It refuses queries that name a status it does not know, until it is upgraded. */
  function server() {
    const asked: string[] = [];
    let isUpgraded = false;
    const listWorkflowExecutions = async ({ query }: { query: string }) => {
      asked.push(query);
      if (isUpgraded || !query.includes("IN ('Running', 'Paused'"))
        return { executions: [{ execution: { runId: 'a' } }] };
      const details = "invalid query: invalid expression: invalid ExecutionStatus value 'Paused'";
      throw Object.assign(new Error(details), { code: 3, details, metadata: {} });
    };
    const options = { namespace: 'default', loadedDataConverter: { payloadCodecs: [], payloadConverter: null } };
    const upgrade = () => {
      isUpgraded = true;
    };
    return { client: { options, workflowService: { listWorkflowExecutions } } as unknown as Client, asked, upgrade };
  }
  const filter = { WorkflowType: 'execution', Workspace: "w', 'Paused", ExecutionStatus: OPEN_RUNS } as const;
  const page = { query: visibilityQuery(filter), size: 5, after: null };

  test('is asked for running ones only, from the first refusal on', async () => {
    const { client, asked } = server();
    for (let time = 0; time < 2; time++) expect((await listRuns(client, page)).runs).toMatchObject([{ runId: 'a' }]);
    const running = "WorkflowType = 'execution' AND Workspace = 'w'', ''Paused' AND ExecutionStatus IN ('Running')";
    expect(asked).toEqual([page.query, running, running]);
  });

  test('that is upgraded under a process is asked for paused ones, too, within a minute', async () => {
    const { client, asked, upgrade } = server();
    await listRuns(client, page);
    upgrade();
    const inAMinute = performance.now() + 60_000;
    jest.spyOn(performance, 'now').mockImplementation(() => inAMinute);
    await listRuns(client, page);
    expect(asked.at(-1)).toBe(page.query);
  });
});

describe('where the next page begins after a page that was cut', () => {
  /** A list of runs, newest first; tokens say how many runs lie before. */
  const clientOf = (runIds: readonly string[]) =>
    ({
      options: { namespace: 'default', loadedDataConverter: { payloadCodecs: [], payloadConverter: null } },
      workflowService: {
        async listWorkflowExecutions({ pageSize, nextPageToken }: { pageSize: number; nextPageToken?: Uint8Array }) {
          const from = nextPageToken?.[0] ?? 0;
          const executions = runIds.slice(from, from + pageSize).map((runId) => ({ execution: { runId } }));
          return { executions, nextPageToken: new Uint8Array([from + pageSize]) };
        },
      },
    }) as unknown as Client;
  const page = { query: '', size: 5, after: null };
  const cutAt = async (before: readonly string[], after: readonly string[], count: number) => {
    const listed = await listRuns(clientOf(before), page);
    return [...((await tokenAfter(clientOf(after), page, listed, count)) ?? [])];
  };
  const runs = ['e', 'd', 'c', 'b', 'a'];

  test('is after the last run that was given', async () => {
    expect(await cutAt(runs, runs, 3)).toEqual([3]);
  });

  test('goes forward also when runs have come before the page meanwhile: some are given twice, none is left out', async () => {
    expect(await cutAt(runs, ['g', 'f', ...runs], 3)).toEqual([3]);
  });

  test('is the beginning of the page when nothing of it is left', async () => {
    expect(await cutAt(runs, ['x', 'y', 'z'], 3)).toEqual([]);
  });
});

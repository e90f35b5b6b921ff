// Finds workflows by name: those with a correlation id, and the ids of those that run (contract 5 section 1).
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type Json, jsonBytes } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { dialectIdOf } from '../../workflows/contract/ids';
import type { DialectOperation } from '../dialect';
import type { ExecutionGateway } from '../executions/gateway';
import { inspectAll } from '../executions/inspect-all';
import type { ExecutionFilter, ExecutionLister } from '../executions/listing';
import type { Inspection } from '../executions/views';
import { checked } from './errors';
import { correlatedPath, correlatedQuery, namePath, queryOf, runningQuery } from './parameters';
import { type Workflow, workflowOf, workflowSchema } from './workflow-view';

interface Dependencies {
  readonly executions: ExecutionGateway;
  readonly executionLists: ExecutionLister;
}

/** Conductor's own lists have no pages: this says that there was more than an answer holds. */
const HAS_MORE = 'x-has-more';
const CORRELATED_MAX = 100;
const RUNNING_MAX = 1_000;
const PAGE_SIZE = 500;

export const correlatedWorkflows = ({ executions, executionLists }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/api/workflow/{name}/correlated/{correlationId}',
  operationId: 'getWorkflowsByCorrelationId',
  summary: 'Find workflows by their correlation id',
  description: `At most ${CORRELATED_MAX} and ${LIMITS.workflowListBytesMax / 1024 ** 2} MiB of them (but at least one), the newest first among those that run, then among the others; the header \`${HAS_MORE}\` is \`true\` where there are more. A start may be missing for about a second.`,
  parameters: { path: correlatedPath, query: correlatedQuery },
  answers: { 200: { description: 'The workflows.', body: z.array(workflowSchema) } },
  async handle({ workspace, note }, request, response) {
    const { name, correlationId } = checked(correlatedPath, request.params);
    const query = checked(correlatedQuery, queryOf(request));
    const definitionId = name.toLowerCase();
    note({ definitionId });
    const status = query.includeClosed === 'true' ? undefined : 'running';
    const filter = { definitionId, correlationId, status } as const;
    const { listed, hasMore } = await listAll(executionLists, workspace, { filter, max: CORRELATED_MAX });
    const includeTasks = query.includeTasks === 'true';
    const page = await asManyAsFit(inspectAll(executions, workspace, listed), (inspection) => {
      const workflow = workflowOf(inspection, { includeTasks });
      // What the list shows as running may have ended since.
      return status === undefined || workflow.status === 'RUNNING' ? workflow : null;
    });
    response.setHeader(HAS_MORE, String(hasMore || page.hasMore)).json(page.workflows);
  },
});

export const runningWorkflows = ({ executionLists }: Dependencies): DialectOperation => ({
  method: 'get',
  path: '/api/workflow/running/{name}',
  operationId: 'getRunningWorkflow',
  summary: 'List the ids of running workflows',
  description: `At most ${RUNNING_MAX}, the newest first; the header \`${HAS_MORE}\` is \`true\` where there are more. It may lag a second behind.`,
  parameters: { path: namePath, query: runningQuery },
  answers: { 200: { description: 'The ids.', body: z.array(z.string()) } },
  async handle({ workspace, note }, request, response) {
    const { name } = checked(namePath, request.params);
    const { version } = checked(runningQuery, queryOf(request));
    const definitionId = name.toLowerCase();
    note({ definitionId });
    const filter = { definitionId, definitionVersion: version, status: 'running' } as const;
    const { listed, hasMore } = await listAll(executionLists, workspace, { filter, max: RUNNING_MAX });
    response.setHeader(HAS_MORE, String(hasMore)).json(listed.map(({ executionId }) => dialectIdOf(executionId)));
  },
});

async function listAll(
  executionLists: ExecutionLister,
  workspace: string,
  { filter, max }: { readonly filter: ExecutionFilter; readonly max: number },
) {
  const pageSize = Math.min(max, PAGE_SIZE);
  const { items, nextCursor } = await executionLists.list(workspace, filter, { pageSize });
  const all = [...items];
  let cursor = nextCursor;
  while (cursor !== null && all.length <= max) {
    const page = await executionLists.list(workspace, filter, { pageSize, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return { listed: all.slice(0, max), hasMore: all.length > max };
}

/** Those of which `show` makes something; who has a hundred with large inputs gets the newest, and not a hundred megabytes. */
async function asManyAsFit(inspections: AsyncIterable<Inspection>, show: (inspection: Inspection) => Workflow | null) {
  const workflows: Workflow[] = [];
  let bytes = 0;
  for await (const inspection of inspections) {
    const workflow = show(inspection);
    if (workflow === null) continue;
    bytes += jsonBytes(workflow as unknown as Json);
    if (workflows.length > 0 && bytes > LIMITS.workflowListBytesMax) return { workflows, hasMore: true };
    workflows.push(workflow);
    // To measure a large one takes tens of milliseconds: others have their turn between two.
    await setImmediate();
  }
  return { workflows, hasMore: false };
}

// A page of definitions: the open heads as Visibility lists them, the last change first, each with its current record.
import { setImmediate } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { DefinitionHead } from '../../definition/head';
import { type Json, jsonBytes } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { seenHead } from '../../dispatch/heads';
import type { DefinitionRecord } from '../../dispatch/record';
import type { VersionRecords } from '../../dispatch/version-records';
import { type ListedRun, listRuns, OPEN_RUNS, tokenAfter, visibilityQuery } from '../../temporal/visibility';
import { definitionOf } from '../../workflows/contract/ids';
import { WORKFLOW } from '../../workflows/contract/names';
import { type Cursors, type PageRequest, textOf, tokenOf } from '../page';
import { type DefinitionView, definitionView } from './view';

export interface DefinitionPage {
  readonly items: readonly DefinitionView[];
  readonly nextCursor: string | null;
}

interface Parts {
  readonly client: Client;
  readonly cursors: Cursors;
  readonly read: VersionRecords['read'];
}

/** Records are read this many at a time; those that the page has no room for stay in memory for the next. */
const READ_AT_ONCE = 16;

/** The page ends early when it has many bytes: a definition may have half a megabyte, and its compiled form far more. */
export async function listDefinitions(parts: Parts, workspace: string, request: PageRequest): Promise<DefinitionPage> {
  const { client, cursors, read } = parts;
  const list = { workspace, list: 'definitions/list' };
  const query = visibilityQuery({
    WorkflowType: WORKFLOW.definition,
    Workspace: workspace,
    ExecutionStatus: OPEN_RUNS,
  });
  const page = { query, size: request.pageSize, after: tokenOf(cursors.read(list, request.cursor)) };
  const listed = await listRuns(client, page);

  const items: DefinitionView[] = [];
  let taken = 0;
  for (let bytes = 0; taken < listed.runs.length && bytes < LIMITS.definitionPageBytesMax; ) {
    const chunk = listed.runs.slice(taken, taken + READ_AT_ONCE);
    const found = await Promise.all(chunk.map((run) => recordOf(run, workspace, read)));
    for (const record of found) {
      if (bytes >= LIMITS.definitionPageBytesMax) break;
      taken += 1;
      // Purged since it was listed.
      if (record === null) continue;
      const view = definitionView(record);
      items.push(view);
      bytes += jsonBytes(view as unknown as Json);
      // To compile and to measure a large one takes tens of milliseconds: others have their turn between two.
      await setImmediate();
    }
  }
  const next = await tokenAfter(client, page, listed, taken);
  return { items, nextCursor: next === null ? null : cursors.make(list, textOf(next)) };
}

async function recordOf(
  { workflowId, memo, startedAt, runId }: ListedRun,
  workspace: string,
  read: VersionRecords['read'],
): Promise<DefinitionRecord | null> {
  const head = seenHead(memo as unknown as DefinitionHead, { startedAt, runId });
  const stored = await read(workspace, definitionOf(workflowId).definitionId, head);
  return stored && { ...stored, status: head.status, createdAt: head.createdAt, updatedAt: head.updatedAt };
}

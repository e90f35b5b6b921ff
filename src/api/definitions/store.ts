// Definitions, kept in Temporal: a head workflow per definition, an immutable record per version (docs/architecture.md).
import { randomBytes } from 'node:crypto';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { LRUCache } from 'lru-cache';
import { type Json, jsonBytes } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { decodedWith } from '../../temporal/payload-codec';
import {
  type DefinitionMemo,
  definitionVersionWorkflowId,
  definitionWorkflowId,
  WORKFLOW,
} from '../../workflows/contract';
import { GRPC, grpcCodeOf, withTemporal } from '../temporal-errors';
import type { DefinitionRecord } from './record';

export type DefinitionLookup =
  | { readonly kind: 'found'; readonly record: DefinitionRecord }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'tombstoned' };

export interface DefinitionStore {
  /** False when an active definition has this id. */
  create(workspace: string, record: DefinitionRecord): Promise<boolean>;
  current(workspace: string, definitionId: string): Promise<DefinitionLookup>;
  version(workspace: string, definitionId: string, version: number): Promise<DefinitionLookup>;
}

/** A record must never run: it is kept as a workflow whose first task is a century away. */
const NEVER = '36500 days';
const CACHE_BYTES_MAX = 64 * 1024 * 1024;

const KEYS = {
  workspace: defineSearchAttributeKey('Workspace', 'KEYWORD'),
  definitionId: defineSearchAttributeKey('DefinitionId', 'KEYWORD'),
  version: defineSearchAttributeKey('DefinitionVersion', 'INT'),
};

export function createDefinitionStore(client: Client, taskQueue: string): DefinitionStore {
  /** By record id: a record never changes, so what was read once need not be read again. */
  const cache = new LRUCache<string, DefinitionRecord>({
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (record) => jsonBytes(record as unknown as Json),
  });

  /** Null when there is no head that runs: the definition does not exist. */
  async function head(workspace: string, definitionId: string): Promise<DefinitionMemo | null> {
    // An id that is not well formed could name another workflow.
    if (!LIMITS.definitionIdPattern.test(definitionId)) return null;
    try {
      const { memo, status } = await client.workflow
        .getHandle(definitionWorkflowId(workspace, definitionId))
        .describe();
      return status.name === 'RUNNING' ? (memo as unknown as DefinitionMemo) : null;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  async function read(recordId: string): Promise<DefinitionRecord | null> {
    const known = cache.get(recordId);
    if (known) return known;
    const record = await readRecord(client, recordId);
    if (record) cache.set(recordId, record);
    return record;
  }

  async function startRecord(recordId: string, workspace: string, record: DefinitionRecord): Promise<void> {
    const { draft, version } = record;
    await client.workflow.start(WORKFLOW.definitionVersion, {
      workflowId: recordId,
      taskQueue,
      args: [record],
      startDelay: NEVER,
      staticSummary: `${draft.name}, version ${version} (a record: it never runs)`,
      typedSearchAttributes: attributes(workspace, record),
    });
  }

  async function startHead(workspace: string, record: DefinitionRecord, generation: string): Promise<boolean> {
    const { draft, version } = record;
    const memo: DefinitionMemo = { name: draft.name, version, generation, status: 'active' };
    try {
      await client.workflow.start(WORKFLOW.definition, {
        workflowId: definitionWorkflowId(workspace, draft.definitionId),
        taskQueue,
        args: [memo],
        memo: { ...memo },
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        staticSummary: draft.name,
        typedSearchAttributes: attributes(workspace, record),
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  return {
    create: (workspace, record) =>
      withTemporal(client, async () => {
        const { definitionId } = record.draft;
        if (await head(workspace, definitionId)) return false;
        const generation = newGeneration();
        const recordId = definitionVersionWorkflowId(workspace, definitionId, generation, record.version);
        await startRecord(recordId, workspace, record);
        // The start of the head is the commit; whoever loses a race for it takes the record back.
        if (await startHead(workspace, record, generation)) return true;
        await discard(client, recordId);
        return false;
      }),

    current: (workspace, definitionId) =>
      withTemporal(client, async () => {
        const memo = await head(workspace, definitionId);
        if (!memo) return { kind: 'not-found' };
        if (memo.status === 'tombstoned') return { kind: 'tombstoned' };
        const recordId = definitionVersionWorkflowId(workspace, definitionId, memo.generation, memo.version);
        const record = await read(recordId);
        if (!record) throw new Error(`the head of ${definitionId} names ${recordId}, which does not exist`);
        return { kind: 'found', record };
      }),

    version: (workspace, definitionId, version) =>
      withTemporal(client, async () => {
        const memo = await head(workspace, definitionId);
        if (!memo || version > memo.version) return { kind: 'not-found' };
        const record = await read(definitionVersionWorkflowId(workspace, definitionId, memo.generation, version));
        return record ? { kind: 'found', record } : { kind: 'not-found' };
      }),
  };
}

/** The input of a workflow, from its first history event: strongly consistent, and no worker is needed. */
async function readRecord(client: Client, workflowId: string): Promise<DefinitionRecord | null> {
  const { namespace } = client.options;
  try {
    const { history } = await client.workflowService.getWorkflowExecutionHistory({
      namespace,
      execution: { workflowId },
      maximumPageSize: 1,
    });
    const payloads = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
    const [record] = await decodedWith(client, payloads);
    return (record as DefinitionRecord | undefined) ?? null;
  } catch (error) {
    if (grpcCodeOf(error) === GRPC.NOT_FOUND) return null;
    throw error;
  }
}

/** Best effort: a record without a head is never read, it only takes room. */
async function discard(client: Client, workflowId: string): Promise<void> {
  const { namespace } = client.options;
  await client.workflowService
    .deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } })
    .catch(() => undefined);
}

function attributes(workspace: string, { draft, version }: DefinitionRecord): TypedSearchAttributes {
  return new TypedSearchAttributes([
    { key: KEYS.workspace, value: workspace },
    { key: KEYS.definitionId, value: draft.definitionId },
    { key: KEYS.version, value: version },
  ]);
}

/** Different for each create, so that the versions of a re-created definition are not taken for the old one's. */
const newGeneration = (): string => randomBytes(6).toString('hex');

// The immutable records of versions: each a workflow that never runs and whose input is the content.
import type { Client } from '@temporalio/client';
import { LRUCache } from 'lru-cache';
import { type Json, jsonBytes } from '../definition/json';
import { readInput } from '../temporal/first-event';
import { GRPC, grpcCodeOf } from '../temporal/grpc';
import { definitionVersionWorkflowId } from '../workflows/contract/ids';
import { WORKFLOW } from '../workflows/contract/names';
import { asWritten, summaryOf } from '../workflows/contract/operator-text';
import { definitionAttributes } from './attributes';
import type { StoredVersion } from './record';

/** Names a record beside its definition; the token is its writer's own. */
export interface RecordKey {
  readonly generation: string;
  readonly version: number;
  readonly token: string;
}

export interface VersionRecords {
  write(workspace: string, key: RecordKey, stored: StoredVersion): Promise<void>;
  read(workspace: string, definitionId: string, key: RecordKey): Promise<StoredVersion | null>;
  /** Removes a record, and says nothing when it is gone already. */
  remove(workflowId: string): Promise<void>;
}

/** A record must never run: it is kept as a workflow whose first task is a century away. */
const NEVER = '36500 days';
const CACHE_BYTES_MAX = 64 * 1024 * 1024;

export function versionRecords(client: Client, taskQueue: string): VersionRecords {
  /** By record id: a record never changes, so what was read once need not be read again. */
  const cache = new LRUCache<string, StoredVersion>({
    maxSize: CACHE_BYTES_MAX,
    sizeCalculation: (stored) => jsonBytes(stored as unknown as Json),
  });

  return {
    async write(workspace, key, stored) {
      const { draft, version } = stored;
      await client.workflow.start(WORKFLOW.definitionVersion, {
        workflowId: definitionVersionWorkflowId(workspace, draft.definitionId, key),
        taskQueue,
        args: [stored],
        startDelay: NEVER,
        staticSummary: summaryOf(`version ${version} (a record: it never runs) of ${asWritten(draft.name)}`),
        typedSearchAttributes: definitionAttributes(workspace, draft.definitionId, version),
      });
    },

    async read(workspace, definitionId, key) {
      const workflowId = definitionVersionWorkflowId(workspace, definitionId, key);
      const known = cache.get(workflowId);
      if (known) return known;
      const [stored] = (await readInput(client, { workflowId })) ?? [];
      if (stored === undefined) return null;
      cache.set(workflowId, stored as StoredVersion);
      return stored as StoredVersion;
    },

    async remove(workflowId) {
      cache.delete(workflowId);
      const { namespace } = client.options;
      try {
        await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } });
      } catch (error) {
        if (grpcCodeOf(error) !== GRPC.NOT_FOUND) throw error;
      }
    },
  };
}

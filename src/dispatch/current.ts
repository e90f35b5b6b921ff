// What is current of a definition, as the worker asks for it: its head, and the record that the head names.
import type { Client } from '@temporalio/client';
import { createHeads, type SeenHead } from './heads';
import type { DefinitionLookup } from './record';
import { versionRecords } from './version-records';

export interface CurrentDefinition {
  readonly lookup: DefinitionLookup;
  /** The same as long as nothing has changed. */
  readonly mark: string;
}

export interface CurrentDefinitions {
  read(workspace: string, definitionId: string): Promise<CurrentDefinition>;
  mark(workspace: string, definitionId: string): Promise<string>;
}

export function currentDefinitions(client: Client, taskQueue: string): CurrentDefinitions {
  const heads = createHeads(client, taskQueue);
  const records = versionRecords(client, taskQueue);
  return {
    async read(workspace, definitionId) {
      const head = await heads.read(workspace, definitionId);
      const mark = markOf(head);
      if (!head) return { mark, lookup: { kind: 'not-found' } };
      const { status, createdAt, updatedAt } = head;
      if (status === 'tombstoned') return { mark, lookup: { kind: 'tombstoned', record: null } };
      const stored = await records.read(workspace, definitionId, head);
      // Purged since the head was read: whoever asks again learns it.
      if (!stored) throw new Error(`the record of ${workspace}/${definitionId} version ${head.version} is gone`);
      return { mark, lookup: { kind: 'found', record: { ...stored, status, createdAt, updatedAt } } };
    },

    mark: async (workspace, definitionId) => markOf(await heads.read(workspace, definitionId)),
  };
}

const markOf = (head: SeenHead | null): string => (head ? `${head.generation} ${head.token} ${head.status}` : 'none');

// Definitions, kept in Temporal: a head workflow per definition, an immutable record per version (docs/architecture.md).
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { HeadReply } from '../../definition/head';
import { scheduled } from '../../definition/trigger';
import { createHeads, type SeenHead } from '../../dispatch/heads';
import type { DefinitionContent, DefinitionLookup, DefinitionRecord } from '../../dispatch/record';
import { type RecordKey, versionRecords } from '../../dispatch/version-records';
import { definitionVersionWorkflowId } from '../../workflows/contract/ids';
import { answered } from '../executions/silence';
import type { Cursors, PageRequest } from '../page';
import { withTemporal } from '../temporal-errors';
import { type DefinitionPage, listDefinitions } from './listing';
import { oneAfterAnother } from './one-after-another';
import { type DeleteOutcome, removeDefinition } from './removal';

export type UpdateOutcome =
  | { readonly kind: 'updated'; readonly record: DefinitionRecord }
  | { readonly kind: 'conflict'; readonly current: number }
  | { readonly kind: 'not-found' | 'tombstoned' | 'full' };

export interface VersionSummary {
  readonly version: number;
  readonly updatedAt: number;
  readonly name: string;
}

export interface DefinitionStore {
  /** Null when an active definition has this id. */
  create(workspace: string, content: DefinitionContent): Promise<DefinitionRecord | null>;
  current(workspace: string, definitionId: string): Promise<DefinitionLookup>;
  /** The current one for a dispatch: seldom a call, and never what was before a change that anybody has been told of. */
  forDispatch(workspace: string, definitionId: string): Promise<DefinitionLookup>;
  version(workspace: string, definitionId: string, version: number): Promise<DefinitionLookup>;
  /** Of updates that race with the same `ifVersion` exactly one is made. */
  update(workspace: string, content: DefinitionContent, ifVersion: number): Promise<UpdateOutcome>;
  delete(workspace: string, definitionId: string, options: { readonly purge: boolean }): Promise<DeleteOutcome>;
  list(workspace: string, page: PageRequest): Promise<DefinitionPage>;
  /** Every version, the newest first. */
  versions(workspace: string, definitionId: string): Promise<readonly VersionSummary[] | 'not-found' | 'tombstoned'>;
}

export interface StoreParts {
  readonly client: Client;
  readonly taskQueue: string;
  readonly cursors: Cursors;
}

export function createDefinitionStore({ client, taskQueue, cursors }: StoreParts): DefinitionStore {
  const heads = createHeads(client, taskQueue);
  const records = versionRecords(client, taskQueue);
  const inTurn = oneAfterAnother();

  /** A call that changes a definition: it may need a worker, and a second one of this process waits for the first. */
  const changing = <T>(workspace: string, definitionId: string, change: () => Promise<T>): Promise<T> =>
    answered({ client, taskQueue }, () => inTurn(`${workspace}/${definitionId}`, change));

  /** The current version of a head, or an older one; null when there is no such version. */
  async function versionOf(workspace: string, definitionId: string, head: SeenHead, version = head.version) {
    const { generation, status, createdAt } = head;
    const past = version < head.version ? await heads.past(workspace, definitionId, head) : [];
    const entry = version === head.version ? head : past[version - 1];
    if (!entry) return null;
    const { token, updatedAt } = entry;
    const stored = await records.read(workspace, definitionId, { generation, version, token });
    return stored && { ...stored, status, createdAt, updatedAt };
  }

  async function lookUp(
    workspace: string,
    definitionId: string,
    { version, read = heads.read }: { readonly version?: number; readonly read?: typeof heads.read } = {},
  ): Promise<DefinitionLookup> {
    const head = await read(workspace, definitionId);
    if (!head) return { kind: 'not-found' };
    const isTombstoned = head.status === 'tombstoned';
    const record =
      isTombstoned && version === undefined ? null : await versionOf(workspace, definitionId, head, version);
    if (isTombstoned) return { kind: 'tombstoned', record };
    if (record) return { kind: 'found', record };
    if (version !== undefined && (version < 1 || version > head.version)) return { kind: 'not-found' };
    // Its record is gone: purged since the head was read, or lost, which must not happen.
    const isLost = (await heads.read(workspace, definitionId))?.runId === head.runId;
    if (isLost) throw new Error(`the head of ${workspace}/${definitionId} names a record that does not exist`);
    return lookUp(workspace, definitionId, version === undefined ? {} : { version });
  }

  /** A version that was just made current; its times are the head's, or now's when it has gone on already. */
  async function made(workspace: string, content: DefinitionContent, key: RecordKey): Promise<DefinitionRecord> {
    const { definitionId } = content.draft;
    const head = await heads.read(workspace, definitionId);
    if (head?.generation === key.generation) {
      const record = await versionOf(workspace, definitionId, head, key.version);
      if (record) return record;
    }
    const now = Date.now();
    return { ...content, version: key.version, status: 'active', createdAt: now, updatedAt: now };
  }

  /** Takes the id for a new definition: by the start of its head, or from the tombstone that has it. */
  async function claim(workspace: string, content: DefinitionContent, key: RecordKey, seen: SeenHead | null) {
    const { definitionId, name } = content.draft;
    const { generation, token } = key;
    const scheduledTriggerIds = scheduled(content.triggers);
    if (seen) {
      const ids = { ifGeneration: seen.generation, generation, token };
      const change = { kind: 'revive', ...ids, name, scheduledTriggerIds } as const;
      const reply = await heads.change(workspace, definitionId, change);
      if (reply.kind !== 'gone') return reply.kind === 'changed';
    }
    const head = { ...key, name, status: 'active', createdAt: null, updatedAt: null } as const;
    if (await heads.start(workspace, definitionId, head, scheduledTriggerIds)) return true;
    // A start whose answer got lost, and that was repeated, finds its own head.
    return (await heads.read(workspace, definitionId))?.generation === generation;
  }

  return {
    // In both writes the record comes first and the head decides. What does not come to be current is never read: a
    // loser removes its record, and one that died in between leaves it to the definition's purge.
    create: (workspace, content) =>
      changing(workspace, content.draft.definitionId, async () => {
        const { definitionId } = content.draft;
        const seen = await heads.read(workspace, definitionId);
        if (seen?.status === 'active') return null;
        const key = { generation: newToken(), version: 1, token: newToken() };
        await records.write(workspace, key, { ...content, version: 1 });
        if (await claim(workspace, content, key, seen)) return made(workspace, content, key);
        await records.remove(definitionVersionWorkflowId(workspace, definitionId, key));
        return null;
      }),

    current: (workspace, definitionId) => withTemporal(client, () => lookUp(workspace, definitionId)),

    forDispatch: (workspace, definitionId) =>
      withTemporal(client, () => lookUp(workspace, definitionId, { read: heads.leased })),

    version: (workspace, definitionId, version) =>
      withTemporal(client, () => lookUp(workspace, definitionId, { version })),

    update: (workspace, content, ifVersion) =>
      changing(workspace, content.draft.definitionId, async () => {
        const { definitionId, name } = content.draft;
        const head = await heads.read(workspace, definitionId);
        const obstacle = obstacleTo(head, ifVersion);
        if (!head || obstacle) return obstacle ?? { kind: 'not-found' };
        const { generation } = head;
        const key = { generation, version: ifVersion + 1, token: newToken() };
        await records.write(workspace, key, { ...content, version: key.version });
        const scheduledTriggerIds = scheduled(content.triggers);
        const { token } = key;
        const change = { kind: 'publish', generation, ifVersion, token, name, scheduledTriggerIds } as const;
        const reply = await heads.change(workspace, definitionId, change);
        if (reply.kind === 'changed') return { kind: 'updated', record: await made(workspace, content, key) };
        await records.remove(definitionVersionWorkflowId(workspace, definitionId, key));
        return lost(reply);
      }),

    delete: (workspace, definitionId, { purge }) =>
      changing(workspace, definitionId, () =>
        removeDefinition({ client, heads, records, workspace, definitionId }, { purge }),
      ),

    list: (workspace, page) =>
      withTemporal(client, () => listDefinitions({ client, cursors, read: records.read }, workspace, page)),

    versions: (workspace, definitionId) =>
      withTemporal(client, async () => {
        const head = await heads.read(workspace, definitionId);
        if (!head) return 'not-found';
        if (head.status === 'tombstoned') return 'tombstoned';
        const past = head.version > 1 ? await heads.past(workspace, definitionId, head) : [];
        const all = [...past, head].map(({ updatedAt, name }, index) => ({ version: index + 1, updatedAt, name }));
        return all.reverse();
      }),
  };
}

function obstacleTo(head: SeenHead | null, ifVersion: number): UpdateOutcome | null {
  if (!head) return { kind: 'not-found' };
  if (head.status === 'tombstoned') return { kind: 'tombstoned' };
  return head.version === ifVersion ? null : { kind: 'conflict', current: head.version };
}

/** What became of an update that its head did not take. */
function lost(reply: Exclude<HeadReply, { kind: 'changed' }> | { readonly kind: 'gone' }): UpdateOutcome {
  if (reply.kind === 'gone') return { kind: 'not-found' };
  if (reply.kind === 'full') return { kind: 'full' };
  const { status, version } = reply.current;
  return status === 'tombstoned' ? { kind: 'tombstoned' } : { kind: 'conflict', current: version };
}

/** Never the same twice, in whichever process. */
const newToken = (): string => randomBytes(6).toString('hex');

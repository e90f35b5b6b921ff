// Definitions as the API writes them, heads and records, for the stories that are about them.
import { randomBytes } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { DefinitionHead, HeadChange } from '../../../src/definition/head';
import type { StoredTrigger } from '../../../src/definition/trigger';
import { createHeads } from '../../../src/dispatch/heads';
import { versionRecords } from '../../../src/dispatch/version-records';
import { definitionWorkflowId } from '../../../src/workflows/contract/ids';
import { agent, planOf } from '../../engine/scene';
import { WORKSPACE } from '../../workflows/harness';

const GENERATION = 'first';
const POLL_MS = 50;

/** A schedule that never comes while a story is played. */
export const yearly = (triggerId: string, cron = '0 3 1 1 *'): StoredTrigger => ({
  triggerId,
  schedule: { cron, timezone: 'UTC', enabled: true },
});

export interface Author {
  readonly workflowId: string;
  create(triggers?: readonly StoredTrigger[]): Promise<void>;
  /** Makes the next version current after this one. */
  publish(ifVersion: number, triggers?: readonly StoredTrigger[]): Promise<unknown>;
  delete(): Promise<unknown>;
  revive(triggers?: readonly StoredTrigger[]): Promise<unknown>;
  /** Until the newest run has been at its workflow task, and has done whatever activities it wanted. */
  settled(): Promise<void>;
}

/** The one who writes the definition of this id. */
export function authorOf(
  { client, taskQueue }: { readonly client: Client; readonly taskQueue: string },
  id: string,
): Author {
  const heads = createHeads(client, taskQueue);
  const records = versionRecords(client, taskQueue);
  const workflowId = definitionWorkflowId(WORKSPACE, id);
  const change = (it: HeadChange) => heads.change(WORKSPACE, id, it);
  const idsOf = (triggers: readonly StoredTrigger[]) => triggers.map(({ triggerId }) => triggerId);

  async function record(triggers: readonly StoredTrigger[], { generation = GENERATION, version = 1 } = {}) {
    const { name, nodes, edges, groups, conditions } = planOf({ nodes: [agent('a', { agentId: 'ok' })] }).definition;
    const scope = { level: 'apiKey', organizationId: null, documentId: null } as const;
    const draft = { definitionId: id, name, nodes, edges, groups, scope, description: null, tags: null, custom: null };
    const key = { generation, version, token: randomBytes(6).toString('hex') };
    await records.write(WORKSPACE, key, { draft, conditions, receiver: null, triggers, version });
    return { name, ...key };
  }

  return {
    workflowId,
    async create(triggers = []) {
      const key = await record(triggers);
      const head: DefinitionHead = { ...key, status: 'active', createdAt: null, updatedAt: null };
      await heads.start(WORKSPACE, id, head, idsOf(triggers));
    },
    async publish(ifVersion, triggers = []) {
      const { generation, token, name } = await record(triggers, { version: ifVersion + 1 });
      return change({ kind: 'publish', generation, ifVersion, token, name, scheduledTriggerIds: idsOf(triggers) });
    },
    delete: () => change({ kind: 'tombstone', generation: GENERATION }),
    async revive(triggers = []) {
      const { generation, token, name } = await record(triggers, { generation: 'second' });
      const ids = { ifGeneration: GENERATION, generation, token };
      return change({ kind: 'revive', ...ids, name, scheduledTriggerIds: idsOf(triggers) });
    },
    async settled() {
      for (;;) {
        const handle = client.workflow.getHandle(workflowId);
        const { pendingActivities, pendingWorkflowTask } = (await handle.describe()).raw;
        const { events } = await handle.fetchHistory();
        const hasBegun = events?.some((event) => event.workflowTaskCompletedEventAttributes);
        if (hasBegun && !pendingActivities?.length && !pendingWorkflowTask) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
}

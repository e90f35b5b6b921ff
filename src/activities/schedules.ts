// The activities of schedules: keep them as the current version says, and start what a firing asks for.
import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import type { JsonObject } from '../definition/json';
import type { StoredTrigger } from '../definition/trigger';
import { currentDefinitions } from '../dispatch/current';
import { wasMissed } from '../dispatch/missed-instant';
import { isCurrent, syncSchedules } from '../dispatch/schedules';
import { startExecution } from '../dispatch/start-execution';
import { type StartDependencies, startFound } from '../dispatch/start-once';
import type { Activities } from '../workflows/contract/activities';
import type { FiringOutcome, ScheduleFiring } from '../workflows/contract/definitions';
import { executionIdOf, scheduledKeyOf } from '../workflows/contract/ids';

export type ScheduleDependencies = Omit<StartDependencies, 'executions'>;

/** Temporal has this long for what one attempt asks of it. */
const CALLS_MS_MAX = 20_000;

export const syncSchedulesActivity: Activities['syncSchedules'] = (sync) =>
  bounded((client, taskQueue) => syncSchedules(client, taskQueue, sync));

export function dispatchScheduledActivity(dependencies: ScheduleDependencies): Activities['dispatchScheduled'] {
  return (firing) => bounded((client, taskQueue) => fire({ client, taskQueue, dependencies }, firing));
}

interface Parts {
  readonly client: Client;
  readonly taskQueue: string;
  readonly dependencies: ScheduleDependencies;
}

async function fire({ client, taskQueue, dependencies }: Parts, firing: ScheduleFiring): Promise<FiringOutcome> {
  const { workspace, definitionId, triggerId } = firing;
  if (await wasMissed(client, firing)) return { kind: 'missed' };
  const { lookup: found } = await currentDefinitions(client, taskQueue).read(workspace, definitionId);
  const trigger =
    found.kind === 'found' ? found.record.triggers.find((candidate) => candidate.triggerId === triggerId) : undefined;
  if (found.kind !== 'found' || trigger === undefined || !isCurrent(firing, trigger)) {
    // It should not have fired: whatever let it stay is mended here.
    await syncSchedules(client, taskQueue, { workspace, definitionId, triggerIds: [triggerId] });
    return { kind: 'not-current' };
  }
  const digest = createHash('sha256')
    .update(JSON.stringify([definitionId, triggerId, firing.scheduledAt]))
    .digest('hex');
  const { version, draft } = found.record;
  const order = {
    definitionId,
    key: scheduledKeyOf(digest),
    correlationId: `corr_${digest.slice(0, 18)}`,
    triggerContext: contextOf(firing, trigger),
    organizationId: draft.scope.organizationId ?? undefined,
    documentId: draft.scope.documentId ?? undefined,
  };
  const executions = {
    async start(...[definition, context]: Parameters<StartDependencies['executions']['start']>) {
      const dispatchedAt = Date.now();
      return (await startExecution(client, { taskQueue, definition, context, dispatchedAt })) ? { dispatchedAt } : null;
    },
  };
  const outcome = await startFound({ ...dependencies, executions }, workspace, { order, found });
  if (outcome.kind === 'obstructed')
    throw new Error(`the firing does not fit its definition: ${outcome.obstacle.kind}`);
  return { kind: outcome.kind, executionId: executionIdOf(order.key), definitionVersion: version };
}

/** `triggerContext.schedule` of contract 4 section 1. */
const contextOf = ({ triggerId, scheduledAt }: ScheduleFiring, { schedule }: StoredTrigger): JsonObject => ({
  schedule: { triggerId, scheduledAt, payload: schedule?.payloadTemplate ?? null },
});

function bounded<T>(act: (client: Client, taskQueue: string) => Promise<T>): Promise<T> {
  const { client, info } = Context.current();
  return client.withDeadline(Date.now() + CALLS_MS_MAX, () => act(client, info.taskQueue));
}

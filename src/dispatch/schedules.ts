// The Temporal Schedules of a definition: made, changed and removed until they are what the current version says.
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError, type ScheduleOptions } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { ScheduleConfig, StoredTrigger } from '../definition/trigger';
import type { ScheduleOrigin, ScheduleSync } from '../workflows/contract/definitions';
import { scheduledDispatchWorkflowId, scheduleId } from '../workflows/contract/ids';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../workflows/contract/names';
import { ATTRIBUTE } from './attributes';
import { type CurrentDefinition, currentDefinitions } from './current';

/**
 * Temporal fires no instant that it notices later than that. Where many schedules are due at once it is late by seconds; what it
 * was away for is told apart by `wasMissed`.
 */
const CATCHUP_WINDOW = '1 minute';
/** A definition has up to 50 schedules: one after the other they took seven seconds on a busy machine, a third of an attempt's time. */
const CALLS_AT_ONCE = 10;
/** A firing that no worker has taken up by then has been missed (docs/decisions/0081). */
const FIRING_TIMEOUT = '10 minutes';

/**
 * Nothing here excludes another of its kind: whoever has written reads the head again, and begins anew when it has changed
 * meanwhile, so the last to write is one that saw the newest version (docs/decisions/0080).
 */
export async function syncSchedules(client: Client, taskQueue: string, sync: ScheduleSync): Promise<readonly string[]> {
  const { workspace, definitionId } = sync;
  const current = currentDefinitions(client, taskQueue);
  const touched = new Set(sync.triggerIds);
  for (;;) {
    const seen = await current.read(workspace, definitionId);
    const wanted = wantedOf(seen);
    let failure: unknown = null;
    try {
      await write(client, taskQueue, { sync, wanted, touched, version: versionOf(seen) });
    } catch (error) {
      // What went wrong may be another one's doing, and what was written before it must not stay.
      failure = error;
    }
    if ((await current.mark(workspace, definitionId)) !== seen.mark) continue;
    if (failure !== null) throw failure;
    return [...wanted.keys()];
  }
}

interface Writing {
  readonly sync: ScheduleSync;
  readonly wanted: ReadonlyMap<string, ScheduleConfig>;
  /** Triggers that may have a schedule. */
  readonly touched: Set<string>;
  readonly version: number;
}

async function write(client: Client, taskQueue: string, { sync, wanted, touched, version }: Writing): Promise<void> {
  const superfluous = [...touched].filter((triggerId) => !wanted.has(triggerId));
  await removeSchedules(client, { ...sync, triggerIds: superfluous });
  for (const triggerId of wanted.keys()) touched.add(triggerId);
  // One that Temporal does not take, as of a zone that it does not know yet, keeps none of the others waiting.
  await forEach([...wanted], ([triggerId, schedule]) =>
    putSchedule(client, taskQueue, { origin: originOf(sync, triggerId, schedule), version }),
  );
}

/** Some at a time. Rejects with the first failure when all have been tried. */
async function forEach<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  for (let start = 0; start < items.length; start += CALLS_AT_ONCE) {
    const ends = await Promise.allSettled(items.slice(start, start + CALLS_AT_ONCE).map(act));
    failures.push(...ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : [])));
  }
  if (failures.length > 0) throw failures[0];
}

/** Says nothing of those that are gone already. */
export async function removeSchedules(client: Client, sync: ScheduleSync): Promise<void> {
  const { workspace, definitionId, triggerIds } = sync;
  await forEach(triggerIds, async (triggerId) => {
    try {
      await client.schedule.getHandle(scheduleId(workspace, definitionId, triggerId)).delete();
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  });
}

/** Whether a schedule that was made from this is what the trigger says now. */
export function isCurrent({ cron, timezone }: ScheduleOrigin, trigger: StoredTrigger | undefined): boolean {
  const schedule = trigger?.schedule;
  return schedule?.enabled === true && schedule.cron === cron && schedule.timezone === timezone;
}

function wantedOf({ lookup }: CurrentDefinition): ReadonlyMap<string, ScheduleConfig> {
  const triggers = lookup.kind === 'found' ? lookup.record.triggers : [];
  return new Map(
    triggers.flatMap(({ triggerId, schedule }) => (schedule?.enabled === true ? [[triggerId, schedule]] : [])),
  );
}

const versionOf = ({ lookup }: CurrentDefinition): number => (lookup.kind === 'found' ? lookup.record.version : 0);

const originOf = (
  { workspace, definitionId }: ScheduleSync,
  triggerId: string,
  { cron, timezone }: ScheduleConfig,
): ScheduleOrigin => ({ workspace, definitionId, triggerId, cron, timezone });

async function putSchedule(
  client: Client,
  taskQueue: string,
  { origin, version }: { readonly origin: ScheduleOrigin; readonly version: number },
): Promise<void> {
  const options = optionsOf(origin, taskQueue, version);
  try {
    await client.schedule.create(options);
    return;
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
  const { spec, action, policies, typedSearchAttributes, state } = options;
  await client.schedule.getHandle(options.scheduleId).update((previous) => ({
    spec,
    action,
    policies,
    typedSearchAttributes,
    // An operator who paused it in the Temporal UI finds it paused, with the reason given there.
    state: previous.state.paused ? previous.state : state,
  }));
}

function optionsOf(origin: ScheduleOrigin, taskQueue: string, version: number) {
  const { workspace, definitionId, triggerId, cron, timezone } = origin;
  return {
    scheduleId: scheduleId(workspace, definitionId, triggerId),
    spec: { cronExpressions: cronExpressionsOf(cron), timezone: canonical(timezone) },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOW.scheduledDispatch,
      workflowId: scheduledDispatchWorkflowId(workspace, definitionId, triggerId),
      args: [origin],
      taskQueue,
      workflowExecutionTimeout: FIRING_TIMEOUT,
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      typedSearchAttributes: attributesOf(origin),
    },
    policies: { overlap: 'ALLOW_ALL', catchupWindow: CATCHUP_WINDOW },
    typedSearchAttributes: attributesOf(origin),
    state: { note: `${definitionId}: ${cron} (${timezone}), from version ${version}` },
  } as const satisfies ScheduleOptions;
}

const attributesOf = ({ workspace, definitionId }: ScheduleOrigin): TypedSearchAttributes =>
  new TypedSearchAttributes([
    { key: ATTRIBUTE.workspace, value: workspace },
    { key: ATTRIBUTE.definitionId, value: definitionId },
  ]);

/**
 * Cron fires when the day of the month *or* that of the week fits, where both are given; Temporal, when both fit. So
 * such an expression becomes two: an instant that fits both is one instant to Temporal. And Sunday ends the week in cron
 * (`SAT-SUN`); to Temporal the name is the day before Monday only, and the number 7 the one after Saturday.
 */
function cronExpressionsOf(cron: string): string[] {
  const [minute, hour, dayOfMonth, month, dayOfWeek] = cron
    .trim()
    .replace(/-sun\b/gi, '-7')
    .split(/\s+/);
  if (dayOfMonth === '*' || dayOfWeek === '*') return [[minute, hour, dayOfMonth, month, dayOfWeek].join(' ')];
  return [`${minute} ${hour} ${dayOfMonth} ${month} *`, `${minute} ${hour} * ${month} ${dayOfWeek}`];
}

/** Names of zones are told apart by case in Temporal, and not here. */
const canonical = (timezone: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone;

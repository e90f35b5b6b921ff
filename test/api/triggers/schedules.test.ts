import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ScheduleNotFoundError } from '@temporalio/client';
import { Cron } from 'croner';
import { ATTRIBUTE } from '../../../src/dispatch/attributes';
import { syncSchedules } from '../../../src/dispatch/schedules';
import { readInput } from '../../../src/temporal/first-event';
import { GRPC, grpcCodeOf } from '../../../src/temporal/grpc';
import type { FiringOutcome } from '../../../src/workflows/contract/definitions';
import type { ExecutionContext } from '../../../src/workflows/contract/execution';
import {
  executionIdOf,
  executionWorkflowId,
  scheduledDispatchWorkflowId,
  scheduledKeyOf,
  scheduleId,
} from '../../../src/workflows/contract/ids';
import { WORKFLOW } from '../../../src/workflows/contract/names';
import { eventually } from '../../support/eventually';
import { minimal, newId } from '../definitions/sample';
import { type ApiHarness, startApiHarness, startTestWorker } from '../harness';

let api: ApiHarness;
let workspace: string;
beforeAll(async () => {
  api = await startApiHarness();
  const { definitionId } = (await api.call('definitions/create', minimal())).result;
  workspace = await workspaceOf(definitionId);
});
afterAll(() => api.close());

/** It never comes while a test runs: schedules are triggered by hand, or backfilled. */
const YEARLY = '0 3 1 1 *';
const nightly = (rest: object = {}) => ({
  triggerId: 'nightly',
  schedule: {
    cron: YEARLY,
    timezone: 'America/Los_Angeles',
    enabled: true,
    payloadTemplate: { region: 'eu' },
    ...rest,
  },
});
const create = (data: object) => api.call('definitions/create', minimal(data));
async function update(data: { definitionId: string; ifVersion: number; triggers: object[] }): Promise<void> {
  // A busy machine may answer too late, and it was done after all: the version tells.
  const { http, error } = await eventually(
    () => api.call('definitions/update', minimal(data)),
    (answer) => answer.http < 503,
  );
  if (http !== 200) expect(error.message).toContain('Version conflict');
  const { result } = await api.call('definitions/get', { definitionId: data.definitionId });
  expect(result.version).toBe(data.ifVersion + 1);
}
const handleOf = (definitionId: string, triggerId = 'nightly') =>
  api.client.schedule.getHandle(scheduleId(workspace, definitionId, triggerId));

async function workspaceOf(definitionId: string): Promise<string> {
  for await (const { workflowId } of api.client.workflow.list({ query: 'WorkflowType = "definition"' })) {
    if (workflowId.endsWith(`/${definitionId}`)) return workflowId.split('/')[1] as string;
  }
  return workspaceOf(definitionId);
}

/** Null when there is none. */
async function seen(definitionId: string, triggerId?: string) {
  try {
    return await handleOf(definitionId, triggerId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    // It is being deleted just now.
    if (grpcCodeOf(error) === GRPC.FAILED_PRECONDITION) return seen(definitionId, triggerId);
    throw error;
  }
}
const there = async (definitionId: string, triggerId?: string) =>
  (await eventually(
    () => seen(definitionId, triggerId),
    (it) => it !== null,
  ))!;
const gone = (definitionId: string, triggerId?: string) =>
  eventually(
    () => seen(definitionId, triggerId),
    (it) => it === null,
  );

const listed = async (definitionId: string) => (await api.call('executions/list', { definitionId })).result.items;
const started = (definitionId: string, count = 1) =>
  eventually(
    () => listed(definitionId),
    (items) => items.length >= count,
  );

const executionIdAt = (definitionId: string, at: number): string => {
  const text = JSON.stringify([definitionId, 'nightly', at]);
  return executionIdOf(scheduledKeyOf(createHash('sha256').update(text).digest('hex')));
};

async function contextOf(executionId: string): Promise<ExecutionContext> {
  const workflowId = executionWorkflowId(workspace, executionId.replace(/^exec_/, ''));
  const [, context] = (await readInput(api.client, { workflowId })) ?? [];
  return context as ExecutionContext;
}

/** As a schedule would that nobody removed. */
async function fireByHand(definitionId: string, rest: object = {}): Promise<FiringOutcome> {
  const handle = await api.client.workflow.start(WORKFLOW.scheduledDispatch, {
    workflowId: `by-hand-${randomUUID()}`,
    taskQueue: api.config.taskQueue,
    args: [{ workspace, definitionId, triggerId: 'nightly', cron: YEARLY, timezone: 'America/Los_Angeles', ...rest }],
  });
  return handle.result() as Promise<FiringOutcome>;
}

describe('a schedule', () => {
  test('stands in Temporal with its zone, its note and its bounds, and an execution starts when it fires', async () => {
    const scope = { level: 'document', organizationId: 'org-1', documentId: 'doc-1' };
    const { definitionId } = (await create({ scope, triggers: [nightly()] })).result;
    const description = await there(definitionId);
    expect(description.spec.timezone).toBe('America/Los_Angeles');
    expect(description.policies).toMatchObject({ overlap: 'ALLOW_ALL', catchupWindow: 60_000 });
    expect(description.state.note).toContain(YEARLY);
    await handleOf(definitionId).trigger();
    const [execution] = await started(definitionId);
    const { triggerContext, organizationId, documentId, correlationId } = await contextOf(execution.executionId);
    expect(triggerContext).toEqual({
      schedule: { triggerId: 'nightly', scheduledAt: expect.any(Number), payload: { region: 'eu' } },
    });
    expect([organizationId, documentId]).toEqual(['org-1', 'doc-1']);
    expect(correlationId).toMatch(/^corr_[0-9a-f]{18}$/);
  });

  test('and each of its firings say in Temporal of which definition they are, and a firing what came of it', async () => {
    const { definitionId } = (await create({ triggers: [nightly()] })).result;
    const { state, typedSearchAttributes } = await there(definitionId);
    expect(state.note).toBe(`${definitionId}: ${YEARLY} (America/Los_Angeles), from version 1`);
    await handleOf(definitionId).trigger();
    const { info } = await eventually(
      () => handleOf(definitionId).describe(),
      ({ info: { recentActions } }) => recentActions.length === 1,
    );
    const { workflowId } = info.recentActions[0]!.action.workflow;
    expect(workflowId.startsWith(scheduledDispatchWorkflowId(workspace, definitionId, 'nightly'))).toBe(true);
    const firing = api.client.workflow.getHandle(workflowId);
    const { executionId } = (await firing.result()) as { executionId: string };
    const described = await firing.describe();
    expect(described.type).toBe('scheduledDispatch');
    for (const attributes of [typedSearchAttributes, described.typedSearchAttributes]) {
      expect(attributes.get(ATTRIBUTE.workspace)).toBe(workspace);
      expect(attributes.get(ATTRIBUTE.definitionId)).toBe(definitionId);
    }
    const { events } = await firing.fetchHistory();
    const [summary] = (events ?? []).flatMap(({ userMetadata }) => userMetadata?.summary?.data ?? []);
    const { schedule } = (await contextOf(executionId)).triggerContext as { schedule: { scheduledAt: number } };
    expect(JSON.parse(Buffer.from(summary ?? []).toString())).toBe(
      `nightly at ${new Date(schedule.scheduledAt).toISOString()}`,
    );
    const { currentDetails } = await firing.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toBe(`\`${executionId}\` of version 1`);
  });

  test('fires once an instant, however often Temporal is asked for the same ones', async () => {
    const { definitionId } = (await create({ triggers: [nightly({ timezone: 'UTC' })] })).result;
    await there(definitionId);
    const years = [2021, 2022, 2023].map((year) => Date.UTC(year, 0, 1, 3));
    const range = { start: new Date(years[0]! - 1000), end: new Date(years[2]! + 1000), overlap: 'ALLOW_ALL' as const };
    await handleOf(definitionId).backfill([range, range]);
    await started(definitionId, 3);
    await handleOf(definitionId).backfill(range);
    await handleOf(definitionId).trigger();
    const items = await started(definitionId, 4);
    const expected = years.map((at) => executionIdAt(definitionId, at));
    expect(items).toHaveLength(4);
    expect(items.map((item: { executionId: string }) => item.executionId)).toEqual(expect.arrayContaining(expected));
    for (const at of years) {
      const { triggerContext } = await contextOf(executionIdAt(definitionId, at));
      expect(triggerContext.schedule).toMatchObject({ scheduledAt: at });
    }
  });

  test('starts the version that is current when it fires; two updates in a row leave one schedule, that of the last', async () => {
    const { definitionId } = (await create({ triggers: [nightly()] })).result;
    await update({
      definitionId,
      ifVersion: 1,
      triggers: [nightly({ cron: '0 4 1 1 *' }), { ...nightly(), triggerId: 'other' }],
    });
    await update({ definitionId, ifVersion: 2, triggers: [nightly({ cron: '0 5 1 1 *' })] });
    await eventually(
      () => seen(definitionId),
      (it) => it?.state.note?.includes('0 5 1 1 *') === true,
    );
    await gone(definitionId, 'other');
    await handleOf(definitionId).trigger();
    const [execution] = await started(definitionId);
    expect(execution.definitionVersion).toBe(3);
    const ids: string[] = [];
    const all = api.client.schedule.list({ query: `DefinitionId = "${definitionId}"` });
    for await (const schedule of all) ids.push(schedule.scheduleId);
    expect(ids).toEqual([scheduleId(workspace, definitionId, 'nightly')]);
  });

  test('of updates that come while others are still at it the last one decides', async () => {
    const { definitionId } = (await create({ triggers: [nightly()] })).result;
    const triggerIds = ['a', 'b', 'c', 'd'];
    for (const [index, triggerId] of triggerIds.entries()) {
      await update({ definitionId, ifVersion: index + 1, triggers: [{ ...nightly(), triggerId }] });
    }
    await there(definitionId, 'd');
    for (const triggerId of ['nightly', 'a', 'b', 'c']) await gone(definitionId, triggerId);
    expect(await seen(definitionId, 'd')).not.toBeNull();
  });

  test('is that of the newest version even where an older one was still being written', async () => {
    const { definitionId } = (await create({ triggers: [nightly({ enabled: false })] })).result;
    await update({ definitionId, ifVersion: 1, triggers: [nightly()] });
    await there(definitionId);
    let isFirst = true;
    // Whoever writes now has read version 2; before it writes, version 3 comes and is written as well.
    const overtaken = async () => {
      if (!isFirst) return;
      isFirst = false;
      const triggers = [nightly({ cron: '0 7 1 1 *' }), { ...nightly(), triggerId: 'new' }];
      await update({ definitionId, ifVersion: 2, triggers });
      await there(definitionId, 'new');
      await eventually(
        () => seen(definitionId),
        (it) => it?.state.note?.includes('0 7 1 1 *') === true,
      );
    };
    const { schedule } = api.client;
    const slow = Object.create(api.client, {
      schedule: {
        value: {
          getHandle: (id: string) => schedule.getHandle(id),
          create: (options: never) => overtaken().then(() => schedule.create(options)),
        },
      },
    });
    const sync = { workspace, definitionId, triggerIds: ['new'] };
    expect(await syncSchedules(slow, api.config.taskQueue, sync)).toEqual(['nightly', 'new']);
    expect((await seen(definitionId))?.state.note).toContain('0 7 1 1 *');
    expect(await seen(definitionId, 'new')).not.toBeNull();
  });

  test('is removed when it is disabled, comes back when it is enabled, and stays paused when an operator paused it', async () => {
    const { definitionId } = (await create({ triggers: [nightly({ enabled: false })] })).result;
    await update({ definitionId, ifVersion: 1, triggers: [nightly()] });
    await there(definitionId);
    await handleOf(definitionId).pause('stocktaking');
    await update({ definitionId, ifVersion: 2, triggers: [nightly({ cron: '0 6 1 1 *' })] });
    const { state } = (await eventually(
      () => seen(definitionId),
      (it) => JSON.stringify(it?.spec.calendars?.[0]?.hour).includes('6'),
    ))!;
    expect(state).toMatchObject({ paused: true, note: 'stocktaking' });
    await update({ definitionId, ifVersion: 3, triggers: [nightly({ enabled: false })] });
    await gone(definitionId);
  });

  test.each([false, true])(
    'is gone with its definition (purge: %s), and a late firing starts nothing',
    async (purge) => {
      const { definitionId } = (await create({ triggers: [nightly()] })).result;
      await there(definitionId);
      expect((await api.call('definitions/delete', { definitionId, purge })).http).toBe(200);
      await gone(definitionId);
      expect(await fireByHand(definitionId)).toEqual({ kind: 'not-current' });
      expect(await listed(definitionId)).toEqual([]);
    },
  );

  test('that was changed or should be gone starts nothing when it fires all the same, and is mended', async () => {
    const { definitionId } = (await create({ triggers: [nightly()] })).result;
    const { spec, action } = await there(definitionId);
    const left = scheduleId(workspace, definitionId, 'left-behind');
    await api.client.schedule.create({ scheduleId: left, spec, action: action as never });
    expect(await fireByHand(definitionId, { cron: '1 1 1 1 *' })).toEqual({ kind: 'not-current' });
    expect(await fireByHand(definitionId, { triggerId: 'left-behind' })).toEqual({ kind: 'not-current' });
    expect(await seen(definitionId, 'left-behind')).toBeNull();
    expect(await seen(definitionId)).not.toBeNull();
  });

  test('survives the worker: what fired while none was there is started by the next one, once', async () => {
    const own = await startApiHarness({ worker: false });
    try {
      const first = await startTestWorker(own.config);
      await eventually(
        () => own.api.readiness(),
        ({ ready }) => ready,
      );
      const { definitionId } = (await own.call('definitions/create', minimal({ triggers: [nightly()] }))).result;
      const home = await workspaceOf(definitionId);
      const handle = own.client.schedule.getHandle(scheduleId(home, definitionId, 'nightly'));
      await eventually(
        () => handle.describe().catch(() => null),
        (it) => it !== null,
      );
      await first.stop();
      await handle.trigger();
      const second = await startTestWorker(own.config);
      const list = async () => (await own.call('executions/list', { definitionId })).result.items;
      expect(await eventually(list, (items) => items.length > 0)).toHaveLength(1);
      await second.stop();
    } finally {
      await own.close();
    }
  });

  test('says to its activity when Temporal fired it', async () => {
    const { definitionId } = (await create({ triggers: [nightly()] })).result;
    await there(definitionId);
    const workflowId = `late-${randomUUID()}`;
    const handle = await api.client.workflow.start(WORKFLOW.scheduledDispatch, {
      workflowId,
      taskQueue: api.config.taskQueue,
      args: [{ workspace, definitionId, triggerId: 'nightly', cron: YEARLY, timezone: 'America/Los_Angeles' }],
    });
    await handle.result();
    const { events } = await handle.fetchHistory();
    const asked = (events ?? []).flatMap((event) => event.activityTaskScheduledEventAttributes?.input?.payloads ?? []);
    const firing = JSON.parse(Buffer.from(asked[0]?.data ?? []).toString());
    expect(firing.firedAt).toBe((await handle.describe()).startTime.getTime());
  });

  test('that Temporal does not take keeps no other of its definition waiting', async () => {
    const own = await startApiHarness({ worker: false });
    try {
      const triggers = ['refused', 'nightly'].map((triggerId) => ({ ...nightly(), triggerId }));
      const { definitionId } = (await own.call('definitions/create', minimal({ triggers }))).result;
      const home = await workspaceOf(definitionId);
      const { schedule } = own.client;
      const picky = Object.create(own.client, {
        schedule: {
          value: {
            getHandle: (id: string) => schedule.getHandle(id),
            create: (options: { scheduleId: string }) =>
              options.scheduleId === scheduleId(home, definitionId, 'refused')
                ? Promise.reject(new Error('Invalid schedule spec'))
                : schedule.create(options as never),
          },
        },
      });
      const sync = { workspace: home, definitionId, triggerIds: ['refused', 'nightly'] };
      await expect(syncSchedules(picky, own.config.taskQueue, sync)).rejects.toThrow('Invalid schedule spec');
      expect(await schedule.getHandle(scheduleId(home, definitionId, 'nightly')).describe()).toBeDefined();
    } finally {
      await own.close();
    }
  });

  test('is not waited for by all the others of its definition: ten are written at a time', async () => {
    const own = await startApiHarness({ worker: false });
    try {
      const triggerIds = Array.from({ length: 12 }, (_, index) => `t${index}`);
      const triggers = triggerIds.map((triggerId) => ({ ...nightly(), triggerId }));
      const { definitionId } = (await own.call('definitions/create', minimal({ triggers }))).result;
      const home = await workspaceOf(definitionId);
      let underWay = 0;
      const counts: number[] = [];
      const counting = Object.create(own.client, {
        schedule: {
          value: {
            create: async (options: never) => {
              counts.push(++underWay);
              await own.client.schedule.create(options);
              underWay -= 1;
            },
          },
        },
      });
      const sync = { workspace: home, definitionId, triggerIds };
      expect(await syncSchedules(counting, own.config.taskQueue, sync)).toEqual(triggerIds);
      expect(Math.max(...counts)).toBe(10);
    } finally {
      await own.close();
    }
  });

  test('means the same to Temporal as to cron, day of month or day of week included', async () => {
    const expressions = [
      '*/15 * * * *',
      '0 9 * * MON-FRI',
      '30 2 1,15 * *',
      '0 0 1 * MON',
      '5 4 * JAN-MAR 7',
      '0-30/10 8-10 * * 1',
      '0 9 * * SAT-SUN',
      '0 9 1 * mon-sun/2',
    ];
    const triggers = expressions.map((cron, index) => ({
      triggerId: `t${index}`,
      schedule: { cron, timezone: 'Europe/Berlin', enabled: true },
    }));
    const { definitionId } = (await create({ triggers })).result;
    for (const [index, cron] of expressions.entries()) {
      const { info } = await there(definitionId, `t${index}`);
      const next = new Cron(cron, { timezone: 'Europe/Berlin', paused: true });
      const [first] = info.nextActionTimes as [Date];
      const expected = next.nextRuns(info.nextActionTimes.length, new Date(first.getTime() - 1));
      expect([cron, info.nextActionTimes]).toEqual([cron, expected]);
    }
  });
});

test('the longest ids fit into what SQL stores keep', () => {
  const longest = ['w'.repeat(32), 'd'.repeat(64), 't'.repeat(128)] as const;
  expect(`temporal-sys-scheduler:${scheduleId(...longest)}`.length).toBeLessThanOrEqual(255);
  const firing = `${scheduledDispatchWorkflowId(...longest)}-${new Date(0).toISOString().slice(0, 19)}Z`;
  expect(firing.length).toBeLessThanOrEqual(255);
});

describe('a schedule that cannot be', () => {
  const CRON = 'schedule.cron must be a valid 5-field cron expression';
  const ZONE = 'schedule.timezone must be a valid IANA timezone name (e.g. America/Los_Angeles)';
  /** The last three are names of the runtime's own, and none of IANA's. */
  const BAD_ZONES = ['', 'Mars/Olympus', '+02:00', 'America/Los Angeles', 'BST', 'pst', 'SystemV/PST8PDT'];
  const BAD_CRONS = ['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8'];
  const DIALECTS = [
    '@daily',
    '0 0 L * *',
    '0 0 * * 5#2',
    'CRON_TZ=UTC 0 0 * *',
    '0 0 ? * *',
    '5/15 * * * *',
    'a b c d e',
  ];
  test.each([
    ...[...BAD_CRONS, ...DIALECTS].map((cron) => [CRON, { cron }] as const),
    ...BAD_ZONES.map((timezone) => [ZONE, { timezone }] as const),
  ])('400: %s: %j', async (message, change) => {
    for (const operation of ['definitions/create', 'definitions/lint']) {
      const { http, error } = await api.call(
        operation,
        minimal({ definitionId: newId(), triggers: [nightly(change)] }),
      );
      expect([http, error.status, error.message]).toEqual([400, 'INVALID_ARGUMENT', message]);
      const field = 'cron' in change ? 'cron' : 'timezone';
      expect(error.details.issues[0].path).toEqual(['data', 'triggers', 0, 'schedule', field]);
    }
  });
});

// Stories of a schedule's firing: each of its outcomes, started by a Temporal Schedule or by hand.
import { ApplicationFailure } from '@temporalio/common';
import type { Activities } from '../../../src/workflows/contract/activities';
import type { ScheduleOrigin } from '../../../src/workflows/contract/definitions';
import { scheduledDispatchWorkflowId, scheduleId } from '../../../src/workflows/contract/ids';
import { WORKFLOW, WORKFLOW_TASK_TIMEOUT } from '../../../src/workflows/contract/names';
import { type Harness, startHarness, WORKSPACE } from '../../workflows/harness';
import { authorOf, yearly } from './registry';
import type { OtherScenario } from './scenario';

const TRIGGER = 'nightly';
const CRON = '0 3 1 1 *';
const INSTANT = Date.UTC(2022, 0, 1, 3);
const POLL_MS = 50;

async function created(harness: Harness, id: string): Promise<void> {
  const author = authorOf(harness, id);
  await author.create([yearly(TRIGGER, CRON)]);
  await author.settled();
}

/** As a schedule would; the id of its workflow, which has closed. */
async function fire(
  { client, taskQueue }: Harness,
  definitionId: string,
  { workflowId = `firing-of-${definitionId}`, executionTimeout, ...rest }: FireOptions = {},
): Promise<string> {
  const origin: ScheduleOrigin = {
    workspace: WORKSPACE,
    definitionId,
    triggerId: TRIGGER,
    cron: CRON,
    timezone: 'UTC',
  };
  const handle = await client.workflow.start(WORKFLOW.scheduledDispatch, {
    workflowId,
    taskQueue,
    args: [{ ...origin, ...rest }],
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    ...(executionTimeout === undefined ? {} : { workflowExecutionTimeout: executionTimeout }),
  });
  await handle.result().catch(() => undefined);
  return workflowId;
}
interface FireOptions extends Partial<ScheduleOrigin> {
  readonly workflowId?: string;
  readonly executionTimeout?: '3s';
}

/** Played on a worker of its own, whose activity is another one. */
async function fireApart(
  id: string,
  wrap: (dispatch: Activities['dispatchScheduled']) => Activities['dispatchScheduled'],
  options?: FireOptions,
): Promise<string> {
  const harness = await startHarness({
    wrap: (all) => ({ ...all, dispatchScheduled: wrap(all.dispatchScheduled) }),
  });
  await created(harness, id);
  const workflowId = await fire(harness, id, options);
  await harness.close();
  return workflowId;
}

const FIRINGS: readonly OtherScenario[] = [
  {
    name: 'starts-an-execution',
    async play({ harness }) {
      const id = 'firing-starts-an-execution';
      await created(harness, id);
      const range = { start: new Date(INSTANT - 1_000), end: new Date(INSTANT + 1_000) };
      await harness.client.schedule.getHandle(scheduleId(WORKSPACE, id, TRIGGER)).backfill(range);
      const workflowId = `${scheduledDispatchWorkflowId(WORKSPACE, id, TRIGGER)}-${new Date(INSTANT).toISOString().slice(0, 19)}Z`;
      await ended(harness, workflowId);
      return workflowId;
    },
  },
  {
    name: 'finds-its-execution-there-already',
    async play() {
      const once = (dispatch: Activities['dispatchScheduled']): Activities['dispatchScheduled'] => {
        let isFirst = true;
        return async (firing) => {
          const outcome = await dispatch(firing);
          if (!isFirst) return outcome;
          isFirst = false;
          throw new Error('its answer was lost');
        };
      };
      return fireApart('firing-finds-its-execution-there-already', once);
    },
  },
  { name: 'of-a-definition-that-never-was', play: ({ harness }) => fire(harness, 'never-was') },
  {
    name: 'of-a-deleted-definition',
    async play({ harness }) {
      const id = 'firing-of-a-deleted-definition';
      await created(harness, id);
      await authorOf(harness, id).delete();
      return fire(harness, id);
    },
  },
  {
    name: 'of-a-version-with-another-cron',
    async play({ harness }) {
      const id = 'firing-of-a-version-with-another-cron';
      await created(harness, id);
      await authorOf(harness, id).publish(1, [yearly(TRIGGER, '0 4 1 1 *')]);
      return fire(harness, id);
    },
  },
  {
    name: 'of-a-version-without-schedules',
    async play({ harness }) {
      const id = 'firing-of-a-version-without-schedules';
      await created(harness, id);
      await authorOf(harness, id).publish(1);
      return fire(harness, id);
    },
  },
  {
    name: 'fails-for-good',
    play: () =>
      fireApart('firing-fails-for-good', () => async () => {
        throw ApplicationFailure.nonRetryable('cannot be dispatched');
      }),
  },
  {
    name: 'is-tried-in-vain-until-its-time-is-over',
    play: () =>
      fireApart(
        'firing-is-tried-in-vain',
        () => async () => {
          throw new Error('the firing does not fit its definition: scoped');
        },
        { executionTimeout: '3s' },
      ),
  },
];

async function ended({ client }: Harness, workflowId: string): Promise<void> {
  for (;;) {
    const description = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => null);
    if (description && description.status.name !== 'RUNNING') return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export const FIRING_SCENARIOS: readonly OtherScenario[] = FIRINGS.map((scenario) => ({
  ...scenario,
  name: `firing-${scenario.name}`,
}));

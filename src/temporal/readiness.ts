// Whether work can be done: Temporal answers, and a worker polls the task queue for workflows and for activities.
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { isFaultOfTemporal, isNoNamespace, isRefused } from './grpc';

const { TaskQueueType } = temporal.api.enums.v1;

export interface Readiness {
  readonly ready: boolean;
  /** Sentences that say what is missing. */
  readonly missing: readonly string[];
}

const ANSWER_MS_MAX = 2_000;
/** A worker's long poll ends after a minute and begins anew: what was not seen for longer is gone. */
const POLLER_AGE_MS_MAX = 90_000;
/** Clocks of one set-up differ by less, as a rule. */
const CLOCKS_MS = 1_000;

/** Never rejects, and answers within about two seconds. */
export async function checkReadiness(client: Client, taskQueue: string): Promise<Readiness> {
  try {
    const missing = await client.withDeadline(Date.now() + ANSWER_MS_MAX, async () => {
      const kinds = [
        ['workflows', TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW],
        ['activities', TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY],
      ] as const;
      const polled = await Promise.all(kinds.map(([, type]) => isPolled(client, taskQueue, type)));
      return kinds
        .filter((_, index) => !polled[index])
        .map(([kind]) => `No worker polls the task queue "${taskQueue}" for ${kind}.`);
    });
    return { ready: missing.length === 0, missing };
  } catch (error) {
    return { ready: false, missing: [sentenceOf(error, client.options)] };
  }
}

/** Anybody may ask for it: it says which settings are wrong, and nothing of what is in them. */
function sentenceOf(error: unknown, { namespace }: Client['options']): string {
  if (isNoNamespace(error)) return `Temporal has no namespace "${namespace}" (TEMPORAL_NAMESPACE).`;
  if (isFaultOfTemporal(error)) return 'Temporal is reached, and fails at what it is asked; its own log says why.';
  if (!isRefused(error)) return 'Temporal cannot be reached.';
  return `Temporal refuses this server for the namespace "${namespace}": its credentials (TEMPORAL_API_KEY, TEMPORAL_TLS_CLIENT_*) are missing, wrong or without permission.`;
}

/** Whether a worker takes tasks of this type from the queue, as far as the server knows. */
export async function isPolled(
  client: QueueReader,
  taskQueue: string,
  taskQueueType: temporal.api.enums.v1.TaskQueueType = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
): Promise<boolean> {
  const polledAt = await lastPolledAt(client, taskQueue, taskQueueType);
  const hasMoved = movedLately(client, `${taskQueueType} ${taskQueue}`, polledAt);
  return polledAt > 0 && (Math.abs(Date.now() - polledAt) <= POLLER_AGE_MS_MAX || hasMoved);
}

/** Whether a worker has asked for a workflow task since then (epoch milliseconds), as far as the clocks agree. */
export const hasPolledSince = async (client: QueueReader, taskQueue: string, at: number): Promise<boolean> =>
  (await lastPolledAt(client, taskQueue, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)) >= at - CLOCKS_MS;

type QueueReader = Pick<Client, 'options' | 'workflowService'>;

/** When a worker last asked for a task of this type: epoch milliseconds by Temporal's clock, 0 when none ever did. */
async function lastPolledAt(
  client: QueueReader,
  taskQueue: string,
  taskQueueType: temporal.api.enums.v1.TaskQueueType,
): Promise<number> {
  const { namespace } = client.options;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name: taskQueue },
    taskQueueType,
  });
  return Math.max(0, ...(pollers ?? []).map(({ lastAccessTime }) => millisOf(lastAccessTime)));
}

const millisOf = (time: temporal.api.taskqueue.v1.IPollerInfo['lastAccessTime']): number =>
  Number(time?.seconds ?? 0) * 1_000 + Math.floor((time?.nanos ?? 0) / 1e6);

interface Look {
  /** Epoch milliseconds, by Temporal's clock. */
  readonly polledAt: number;
  /** Milliseconds of our steady clock. */
  readonly lookedAt: number;
  /** The same; null: it has not been seen to move. */
  readonly movedAt: number | null;
}

const looks = new WeakMap<object, Map<string, Look>>();

/** Whether there was a newer poll from one look to the next: that tells also where Temporal's clock and ours differ. */
function movedLately(client: object, queue: string, polledAt: number): boolean {
  const ofClient = looks.get(client) ?? new Map<string, Look>();
  looks.set(client, ofClient);
  const before = ofClient.get(queue);
  const lookedAt = performance.now();
  const isRecent = (at: number): boolean => lookedAt - at <= POLLER_AGE_MS_MAX;
  const hasMoved = before !== undefined && polledAt > before.polledAt && isRecent(before.lookedAt);
  const movedAt = hasMoved ? lookedAt : (before?.movedAt ?? null);
  ofClient.set(queue, { polledAt, lookedAt, movedAt });
  return movedAt !== null && isRecent(movedAt);
}

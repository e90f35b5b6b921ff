// The activities that send messages to people, as Temporal retries them (contract 4 sections 3 and 4).
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from './contract/activities';
import { HEARTBEAT_TIMEOUT, type Retaking, untilAWorkerLives } from './worker-death';

const ATTEMPTS_MAX = 5;

interface Labels {
  /** Compared on replay, as those of agents are. */
  readonly activityId: string;
  readonly summary: string;
}

type Messages = Pick<Activities, 'sendNotification' | 'sendReminder'>;

/** Runs `send` until it has succeeded or failed five times; a worker's death is no failure. Rejects with the last one. */
export function sendMessage<T extends { readonly attemptsBefore: number }, R>(
  task: T,
  labels: Labels,
  again: Retaking,
  send: (activities: Messages, task: T) => Promise<R>,
): Promise<R> {
  return untilAWorkerLives(task, { maxAttempts: ATTEMPTS_MAX, ...again }, (next) => {
    const activities = proxyActivities<Messages>({
      startToCloseTimeout: '2m',
      heartbeatTimeout: HEARTBEAT_TIMEOUT,
      retry: {
        maximumAttempts: Math.max(1, ATTEMPTS_MAX - next.attemptsBefore),
        initialInterval: '1s',
        backoffCoefficient: 4,
      },
      ...labels,
    });
    return send(activities, next);
  });
}

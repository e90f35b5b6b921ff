// The activity that makes the first attempts of a batch of events, in the order of seq, and hands over what failed.
import { Context } from '@temporalio/activity';
import type { ExecutionEvent } from '../engine/event';
import { toDeliveryWorkflow } from '../temporal/delivery-workflow';
import type { AttemptOutcome, DeliveryBatch, DeliveryReport, HandedOverEvent } from '../workflows/contract/deliveries';
import { SIGNAL } from '../workflows/contract/messages';
import { DEFAULT_TASK_QUEUE } from '../workflows/contract/names';
import { type DeliveryDependencies, sendOnce } from './delivery';
import { type DeliveryProgress, resumeProgress } from './delivery-progress';

/** The next event starts when the one before was answered, or after this: a slow receiver costs order, not time. */
const HEADSTART_MS = 500;
/** Between starts, once an event of the batch was not answered in its headstart, or the batch has taken this long. */
const SHORT_HEADSTART_MS = 25;
const PATIENCE_MS = 2_000;
/** Temporal has this long to take what is handed over; then the activity fails and is repeated. */
const HAND_OVER_MS_MAX = 10_000;

interface Attempted {
  readonly event: ExecutionEvent;
  readonly outcome: AttemptOutcome;
}

export function deliverEventsActivity(dependencies: DeliveryDependencies) {
  return async function deliverEvents(batch: DeliveryBatch): Promise<DeliveryReport> {
    const progress = resumeProgress();
    try {
      const attempted = await attemptInOrder(dependencies, batch, progress);
      const failed = attempted.flatMap(({ event, outcome }): HandedOverEvent[] =>
        outcome.kind === 'failed' ? [{ event, outcome }] : [],
      );
      if (failed.length > 0) await handOver(batch, failed);
      return { delivered: [...progress.delivered], handedOver: failed.map(({ event }) => event.seq) };
    } catch (error) {
      progress.tell();
      throw error;
    } finally {
      progress.stop();
    }
  };
}

async function attemptInOrder(
  dependencies: DeliveryDependencies,
  batch: DeliveryBatch,
  progress: DeliveryProgress,
): Promise<readonly Attempted[]> {
  const patienceEndsAt = Date.now() + PATIENCE_MS;
  let isSlow = false;
  const attempts: Promise<Attempted>[] = [];
  for (const event of batch.events) {
    if (progress.delivered.has(event.seq)) continue;
    const sent = sendOnce(dependencies, batch, { event, attempts: 0, tries: 0 }).then((outcome): Attempted => {
      if (outcome.kind === 'delivered') progress.add(event.seq, outcome.at);
      return { event, outcome };
    });
    attempts.push(sent);
    const isShort: boolean = isSlow || Date.now() > patienceEndsAt;
    const wasAnswered: boolean = await Promise.race([
      sent.then(() => true),
      headstart(isShort ? SHORT_HEADSTART_MS : HEADSTART_MS),
    ]);
    isSlow ||= !wasAnswered;
  }
  return Promise.all(attempts);
}

async function handOver(
  { events, followsHandOver, ...target }: DeliveryBatch,
  failed: readonly HandedOverEvent[],
): Promise<void> {
  const { client, info } = Context.current();
  await client.withDeadline(Date.now() + HAND_OVER_MS_MAX, () =>
    toDeliveryWorkflow(client, {
      taskQueue: info.taskQueue || DEFAULT_TASK_QUEUE,
      target,
      signal: SIGNAL.handOver,
      argument: failed,
      isLikelyOpen: followsHandOver === true,
      mayWaitMs: untilNextAttempt(failed),
    }),
  );
}

/** In milliseconds: nothing is to be done for any of them before. A dead letter is to be told at once. */
function untilNextAttempt(failed: readonly HandedOverEvent[]): number {
  const now = Date.now();
  const waits = failed.map(({ outcome: { retryAfterMs, failedAt = now } }) => failedAt + (retryAfterMs ?? 0) - now);
  return Math.max(0, Math.min(...waits));
}

function headstart(millis: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), millis).unref());
}

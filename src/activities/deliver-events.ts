// The activity that makes the first attempts of a batch of events, in the order of seq, and hands over what failed.
import { Context } from '@temporalio/activity';
import { type Announcer, announcementOf, eventIdOf } from '../engine/announcement';
import type { ExecutionEvent } from '../engine/event';
import {
  DEFAULT_TASK_QUEUE,
  type DeliveryBatch,
  type DeliveryReport,
  type DeliveryTarget,
  deliveryWorkflowId,
  type HandedOverEvent,
  keyOfExecutionId,
  SIGNAL,
  WORKFLOW,
  WORKFLOW_TASK_TIMEOUT,
} from '../workflows/contract';
import { type DeliveryDependencies, type DeliveryOutcome, sendOnce } from './delivery';

/** The next event starts when the one before was answered, or after this: a slow receiver costs order, not time. */
const HEADSTART_MS = 500;
/** What has not had its first attempt by then goes to the delivery workflow without one. */
const BATCH_MS_MAX = 10_000;
const FIRST_RETRY_MS = 2_000;
const HEARTBEAT_INTERVAL_MS = 1_000;

type Attempted = { readonly event: ExecutionEvent; readonly outcome: DeliveryOutcome | 'not-attempted' };

export function deliverEventsActivity(dependencies: DeliveryDependencies) {
  return async function deliverEvents(batch: DeliveryBatch): Promise<DeliveryReport> {
    const progress = resumeProgress();
    try {
      const attempted = await attemptInOrder(dependencies, batch, progress);
      const failed = attempted.flatMap(({ event, outcome }) => handedOver(batch, event, outcome));
      if (failed.length > 0) await handOver(batch, failed);
      return { delivered: [...progress.delivered], handedOver: failed.map((event) => event.seq) };
    } finally {
      progress.stop();
    }
  };
}

async function attemptInOrder(
  dependencies: DeliveryDependencies,
  batch: DeliveryBatch,
  progress: Progress,
): Promise<readonly Attempted[]> {
  const startedAt = Date.now();
  const attempts: Promise<Attempted>[] = [];
  for (const event of batch.events) {
    if (progress.delivered.has(event.seq)) continue;
    if (Date.now() - startedAt > BATCH_MS_MAX) {
      attempts.push(Promise.resolve({ event, outcome: 'not-attempted' }));
      continue;
    }
    const request = { eventId: eventIdOf(batch.executionId, event.seq), body: bodyOf(batch, event), attempt: 0 };
    const sent = sendOnce(dependencies, batch, request).then((outcome): Attempted => {
      if (outcome.kind === 'delivered') progress.add(event.seq);
      return { event, outcome };
    });
    attempts.push(sent);
    await Promise.race([sent, headstart()]);
  }
  return Promise.all(attempts);
}

/** The one serialisation of an event: these bytes are signed, sent, and repeated. */
const bodyOf = (announcer: Announcer, event: ExecutionEvent): string =>
  JSON.stringify(announcementOf(announcer, event));

function handedOver(batch: DeliveryBatch, event: ExecutionEvent, outcome: Attempted['outcome']): HandedOverEvent[] {
  const base = {
    seq: event.seq,
    eventId: eventIdOf(batch.executionId, event.seq),
    type: event.type,
    body: bodyOf(batch, event),
  };
  if (outcome === 'not-attempted') {
    return [{ ...base, attempts: 0, lastError: 'not attempted yet', isFinal: false, nextDelayMs: 0 }];
  }
  if (outcome.kind === 'delivered') return [];
  const { lastError, isFinal, retryAfterMs } = outcome;
  return [{ ...base, attempts: 1, lastError, isFinal, nextDelayMs: retryAfterMs ?? FIRST_RETRY_MS }];
}

/** Starts the execution's delivery workflow, or signals the one that runs; it drops what it was given before. */
async function handOver({ receiver, workspace, executionId }: DeliveryBatch, events: HandedOverEvent[]): Promise<void> {
  const { client, info } = Context.current();
  const key = keyOfExecutionId(executionId);
  if (key === null) throw new Error(`malformed execution id ${executionId}`);
  const target: DeliveryTarget = { workspace, executionId, receiver };
  await client.workflow.signalWithStart(WORKFLOW.webhookDelivery, {
    workflowId: deliveryWorkflowId(workspace, key),
    taskQueue: info.taskQueue || DEFAULT_TASK_QUEUE,
    args: [target],
    signal: SIGNAL.handOver,
    signalArgs: [events],
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: `webhooks of ${executionId} that failed at first`,
  });
}

interface Progress {
  readonly delivered: ReadonlySet<number>;
  add(seq: number): void;
  stop(): void;
}

/** What arrived before the worker died is remembered in the heartbeat, so that a repeat sends little twice. */
function resumeProgress(): Progress {
  const context = Context.current();
  const remembered = context.info.heartbeatDetails as readonly number[] | undefined;
  const delivered = new Set(remembered ?? []);
  const beat = () => context.heartbeat([...delivered]);
  const timer = setInterval(beat, HEARTBEAT_INTERVAL_MS);
  return {
    delivered,
    add(seq) {
      delivered.add(seq);
      beat();
    },
    stop: () => clearInterval(timer),
  };
}

function headstart(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, HEADSTART_MS).unref());
}

// Keeps delivering what an execution's first attempts could not: the schedule of contract 3 section 1, and its dead letters.
import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  defineSignal,
  proxyActivities,
  rootCause,
  setCurrentDetails,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import { type Activities, type DeliveryTarget, type HandedOverEvent, SIGNAL } from './contract';

const handOver = defineSignal<[HandedOverEvent[]]>(SIGNAL.handOver);

/** Six attempts in all: at once, then after 2 s, 8 s, 32 s, 128 s and 512 s. */
const ATTEMPTS_MAX = 6;
const FIRST_RETRY_MS = 2_000;
const BACKOFF = 4;

interface DeadLetter {
  readonly seq: number;
  readonly eventId: string;
  readonly type: string;
  readonly lastError: string;
}

export interface DeliverySummary {
  readonly delivered: readonly number[];
  readonly dead: readonly DeadLetter[];
}

/** Started by a signal with the first events; ends when each of its events is delivered or dead. */
export async function webhookDelivery(target: DeliveryTarget): Promise<DeliverySummary> {
  const taken = new Set<number>();
  const delivered: number[] = [];
  const dead: DeadLetter[] = [];

  async function deliver(event: HandedOverEvent): Promise<void> {
    const lastError = event.isFinal ? event.lastError : await retry(target, event);
    if (lastError === null) delivered.push(event.seq);
    else dead.push({ seq: event.seq, eventId: event.eventId, type: event.type, lastError });
    show();
  }

  function show(): void {
    const waiting = taken.size - delivered.length - dead.length;
    const letters = dead.map((letter) => `\n- \`${letter.type}\` (seq ${letter.seq}): ${letter.lastError}`).join('');
    setCurrentDetails(`${waiting} waiting, ${delivered.length} delivered, **${dead.length} dead**${letters}`);
  }

  setHandler(
    handOver,
    (events) => {
      // An activity that was repeated hands the same events over again: its seq tells.
      for (const event of events) {
        if (taken.has(event.seq)) continue;
        taken.add(event.seq);
        void deliver(event);
      }
      show();
    },
    { description: 'Takes over events whose first attempt failed.' },
  );

  await condition(() => taken.size > 0 && delivered.length + dead.length === taken.size && allHandlersFinished());
  return { delivered, dead };
}

/** Null when it was delivered in the end, else the last error. */
async function retry(target: DeliveryTarget, event: HandedOverEvent): Promise<string | null> {
  const label = `${event.type} (seq ${event.seq})`;
  const { attemptDelivery } = proxyActivities<Pick<Activities, 'attemptDelivery'>>({
    startToCloseTimeout: '20s',
    retry: {
      initialInterval: FIRST_RETRY_MS * BACKOFF ** event.attempts,
      backoffCoefficient: BACKOFF,
      maximumInterval: '1h',
      maximumAttempts: ATTEMPTS_MAX - event.attempts,
    },
    summary: label,
  });
  try {
    if (event.nextDelayMs > 0) await sleep(event.nextDelayMs, { summary: `before the next attempt of ${label}` });
    await attemptDelivery({ ...target, event });
    return null;
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return rootCause(error) ?? 'the delivery failed';
  }
}

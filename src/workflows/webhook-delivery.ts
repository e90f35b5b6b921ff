// Keeps delivering what an execution's first attempts could not, and what is redelivered: the schedule of contract 3
// section 1, and its dead letters. It stays open as long as its execution does, so that it can always be asked.
import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  CancelledFailure,
  continueAsNew,
  defineQuery,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExecutionEvent } from '../engine/event';
import { pageFrom } from './answer-page';
import { condition } from './condition';
import { fittedArgs, readArgs, type Sent } from './contract/arguments';
import {
  ATTEMPT_RULES,
  type AttemptOutcome,
  type AttemptRules,
  type DeliveryRecord,
  type DeliveryTarget,
  type DeliveryTry,
  type ExecutionLiveness,
  type HandedOverEvent,
} from './contract/deliveries';
import { QUERY, type SeqPage, type SeqRequest, SIGNAL } from './contract/messages';
import { asWritten } from './contract/operator-text';
import { UNKNOWN_RULES } from './contract/replay-rules';
import { attemptDeliveries, attemptDelivery, lookAtExecution } from './delivery-activities';
import { labelOf } from './delivery-batch';
import { type DueBatch, deliveryLedger, type Ledger, type OpenDelivery } from './delivery-ledger';
import { areEvents, areHandedOver } from './delivery-signals';
import { countIn } from './incoming';
import { areAttemptOutcomes } from './results';

const handOver = defineSignal<[readonly HandedOverEvent[]]>(SIGNAL.handOver);
const redeliver = defineSignal<[readonly ExecutionEvent[]]>(SIGNAL.redeliver);
const deliveryRecords = defineQuery<readonly DeliveryRecord[] | SeqPage<DeliveryRecord>, [SeqRequest | undefined]>(
  QUERY.deliveryRecords,
);

/** One execution's hanging receiver takes no more of the workers than this. */
const IN_FLIGHT_MAX = 20;
const LETTERS_SHOWN_MAX = 20;
const CHANGES_BEFORE_RENEWAL = 100;
const ASK_AGAIN_MS = 60_000;
/** What the Temporal UI calls these waits. */
const UNTIL_DUE = { summary: 'until the next attempt' } as const;
const UNTIL_LOOK = { summary: 'until the execution is looked at again' } as const;
const UNTIL_CLOSED = { summary: 'whether anything comes after the execution has closed' } as const;
const KNOWN_RULES: readonly AttemptRules[] = [false, true, 2, 3, ATTEMPT_RULES];

/** How often each event was delivered, and what is dead. */
export interface DeliverySummary {
  readonly delivered: number;
  readonly dead: number;
}

type DeliveryArgs = [
  target: DeliveryTarget,
  records?: readonly DeliveryRecord[],
  open?: readonly OpenDelivery[],
  rules?: AttemptRules,
];

/** Started by a signal with the first events; `records` and `open` come from the runs before it. */
export async function webhookDelivery(...sent: Sent<DeliveryArgs>): Promise<DeliverySummary> {
  const [target, records = [], open = [], rules = false] = readArgs(sent);
  if (!KNOWN_RULES.includes(rules)) {
    // The workflow task fails and is tried again, until a worker takes it that knows these rules.
    throw new Error(`${UNKNOWN_RULES} no rules ${rules} of further attempts`);
  }
  const areTogether = rules !== false;
  const rank = Number(rules);
  const ledger = deliveryLedger({ records, open }, { isExact: rank >= 2, knowsResets: rank >= 3 });
  const outlivesEnds = rank >= 4;
  const work = { version: 0, inFlight: 0, looks: 0 };
  const changed = () => {
    work.version += 1;
    setCurrentDetails(detailsOf(ledger.records()));
  };
  serve(ledger, () => {
    work.looks = 0;
    changed();
  });

  function next(): DueBatch | null {
    const places = IN_FLIGHT_MAX - work.inFlight;
    if (places <= 0) return null;
    if (areTogether) return ledger.nextBatch(places);
    const first = ledger.nextDue();
    return first && { deliveries: [first], startAt: first.dueAt };
  }

  async function attempt({ deliveries }: DueBatch): Promise<void> {
    const ends = deliveries.map(ledger.begin);
    work.inFlight += deliveries.length;
    const told = await outcomesOf(target, deliveries, areTogether).catch(nullIfEnded);
    const isComplete = areAttemptOutcomes(told) && (told.length === deliveries.length || !outlivesEnds);
    const outcomes = isComplete ? told : deliveries.map(endedByOperator);
    work.inFlight -= deliveries.length;
    for (const [index, outcome] of outcomes.entries()) ends[index]?.(outcome, Date.now());
    changed();
  }

  let renewsFrom = 0;
  for (;;) {
    throwIfCancelled();
    if (workflowInfo().continueAsNewSuggested && work.version >= renewsFrom) {
      await condition(() => work.inFlight === 0 && allHandlersFinished());
      const carried = ledger.carried();
      const args = fittedArgs<DeliveryArgs>([target, carried.records, carried.open, rules]);
      if (args !== null) await continueAsNew<(...sent: unknown[]) => Promise<DeliverySummary>>(...args);
      // Temporal would not take so much: this run goes on, and looks again when some of it has been delivered.
      renewsFrom = work.version + CHANGES_BEFORE_RENEWAL;
    }
    const { version } = work;
    const batch = next();
    if (batch !== null && batch.startAt <= Date.now()) void attempt(batch);
    else if (batch !== null) await condition(() => work.version !== version, batch.startAt - Date.now(), UNTIL_DUE);
    else if (!ledger.isSettled()) await condition(() => work.version !== version);
    else if (await mayClose(target, work, outlivesEnds)) return summaryOf(ledger.records());
  }
}

/**
 * By an operator, in Temporal. Whatever is waited for throws it too, but an attempt that is asked for then would throw it where
 * nobody hears of it, and the workflow task would fail for ever.
 */
function throwIfCancelled(): void {
  if (CancellationScope.current().consideredCancelled) throw new CancelledFailure('cancelled in Temporal');
}

/** Of one activity for all of them, or of one for the only one. */
async function outcomesOf(
  target: DeliveryTarget,
  deliveries: readonly OpenDelivery[],
  areTogether: boolean,
): Promise<readonly AttemptOutcome[]> {
  const now = Date.now();
  const due = deliveries.map(({ event, attempts, tries, dueAt }): DeliveryTry => {
    const delayMs = dueAt - now;
    return { event, attempts, tries, ...(delayMs > 0 && { delayMs }) };
  });
  const [first] = due;
  if (!first) return [];
  const { event, attempts } = first;
  if (areTogether && due.length > 1) {
    const summary = `${labelOf(due.map((it) => it.event))}, again`;
    return attemptDeliveries.executeWithOptions({ summary }, [{ ...target, due }]);
  }
  const summary = `${event.type} (seq ${event.seq}), attempt ${attempts}`;
  return [await attemptDelivery.executeWithOptions({ summary }, [{ ...target, ...first }])];
}

/** The activity never fails by itself: it was made to fail, or cancelled, in Temporal. */
function nullIfEnded(error: unknown): null {
  if (error instanceof ActivityFailure) return null;
  throw error;
}

/** Of an attempt whose activity told nothing: it counts as a failed one, of which nothing went out. */
const endedByOperator = (): AttemptOutcome => ({
  kind: 'failed',
  at: Date.now(),
  lastError: 'The attempt was ended in Temporal.',
  wasSent: false,
  retryAfterMs: ASK_AGAIN_MS,
});

/** With nothing left to do: waits for more, and says whether none can come, for the execution has closed. */
async function mayClose(
  { workspace, executionId }: DeliveryTarget,
  work: { readonly version: number; looks: number },
  outlivesEnds: boolean,
): Promise<boolean> {
  const { version, looks } = work;
  const looking: Promise<ExecutionLiveness | null> = lookAtExecution({ workspace, executionId, looks });
  // Null: an operator ended the activity in Temporal.
  const look = await (outlivesEnds ? looking.catch(nullIfEnded) : looking);
  const { isOpen, waitMs } = look ?? { isOpen: true, waitMs: ASK_AGAIN_MS };
  if (work.version !== version) return false;
  work.looks += 1;
  const hasMore = await condition(() => work.version !== version, waitMs, isOpen ? UNTIL_LOOK : UNTIL_CLOSED);
  return !isOpen && !hasMore && allHandlersFinished();
}

/** What is none of ours changes nothing. */
function serve(ledger: Ledger, changed: () => void): void {
  setHandler(
    handOver,
    (events) => {
      if (!areHandedOver(events)) return;
      ledger.takeOver(events, Date.now());
      changed();
    },
    { description: 'Takes over events whose first attempt failed.' },
  );
  setHandler(
    redeliver,
    (events) => {
      if (!areEvents(events)) return;
      ledger.startOver(events, Date.now());
      changed();
    },
    { description: 'Delivers events again, from attempt 0.' },
  );
  setHandler(
    deliveryRecords,
    (request) => {
      const records = ledger.records();
      return request === undefined ? records : pageFrom(records, countIn(request, 'from', 0));
    },
    { description: 'What became of each event; `next` is the seq of the first that is not shown.' },
  );
}

const summaryOf = (records: readonly DeliveryRecord[]): DeliverySummary => ({
  delivered: records.filter((record) => record.status === 'delivered').length,
  dead: records.filter((record) => record.status === 'dead').length,
});

function detailsOf(records: readonly DeliveryRecord[]): string {
  const { delivered, dead } = summaryOf(records);
  const letters = records.filter((record) => record.status === 'dead');
  const lines = letters.slice(0, LETTERS_SHOWN_MAX).map(({ seq, lastError }) => `- seq ${seq}: ${shown(lastError)}`);
  if (letters.length > LETTERS_SHOWN_MAX) lines.push(`- and ${letters.length - LETTERS_SHOWN_MAX} more`);
  const counts = `${records.length - delivered - dead} waiting, ${delivered} delivered, **${dead} dead**`;
  // The Temporal UI shows a list only where an empty line stands before it.
  return lines.length === 0 ? counts : `${counts}\n\n${lines.join('\n')}`;
}

/** Whoever hands an event over from elsewhere may give something else for a reason, which need not even have a text. */
const shown = (lastError: unknown): string =>
  typeof lastError === 'string' ? asWritten(lastError) : 'it is not known why';

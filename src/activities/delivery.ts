// One try to deliver one event: opens the secret, signs, sends, and says what came of it (contract 3 section 1).
import { shortened } from '../definition/beginning';
import { assertNever } from '../definition/json';
import { announcementOf, eventIdOf } from '../engine/announcement';
import type { ExecutionEvent } from '../engine/event';
import { answeredSentence } from '../outbound/answered';
import type { OutboundClient, OutboundOutcome } from '../outbound/http-client';
import type { Sealer } from '../outbound/seal';
import { signedHeaders } from '../outbound/signature';
import type { AttemptOutcome, DeliveryTarget, DeliveryTry } from '../workflows/contract/deliveries';
import { type DeliveryTimes, REAL_TIMES, waitAfter } from './delivery-schedule';

export interface DeliveryDependencies {
  readonly outbound: OutboundClient;
  readonly sealer: Sealer;
  /** The real ones by default; tests scale them. */
  readonly times?: DeliveryTimes;
}

/** Sends one event once. Never throws: whatever goes wrong is an outcome, so that a delivery always has a fate. */
export async function sendOnce(
  { outbound, sealer, times = REAL_TIMES }: DeliveryDependencies,
  target: DeliveryTarget,
  { event, attempts, tries }: DeliveryTry,
): Promise<AttemptOutcome> {
  const at = Date.now();
  const secret = secretOf(target, sealer);
  if (secret === null) {
    // Another worker, or this one after a restart, may have the key.
    const lastError = 'The webhook secret could not be opened: is its key still in SECRET_KEYS?';
    const retryAfterMs = waitAfter(tries + 1, null, times);
    return { kind: 'failed', at, failedAt: at, lastError, wasSent: false, retryAfterMs };
  }
  const { body, obstacle } = bodyOf(target, event);
  if (body === null) {
    const lastError = `The event cannot be written, so it is none of this system: ${obstacle}`;
    return { kind: 'failed', at, failedAt: at, lastError, wasSent: false, retryAfterMs: null };
  }
  const eventId = eventIdOf(target.executionId, event.seq);
  const headers = signedHeaders({ eventId, body, secret, attempt: attempts, at });
  const outcome = await outbound.post({ url: target.receiver.url, headers, body, timeoutMs: times.answerMs });
  const judged = judge(outcome);
  if (judged === null) return { kind: 'delivered', at };
  const { isFinal, ...failure } = judged;
  const retryAfterMs = isFinal ? null : waitAfter(tries + 1, askedToWait(outcome), times);
  const hasHung = outcome.kind === 'failed' && outcome.reason === 'timeout';
  return { kind: 'failed', at, failedAt: Date.now(), ...failure, ...(hasHung && { hasHung }), retryAfterMs };
}

/** In UTF-16 code units: what an obstacle repeats of the event may be of any length. */
const OBSTACLE_LENGTH_MAX = 200;

type Written = { readonly body: string; readonly obstacle: null } | { readonly body: null; readonly obstacle: string };

/**
 * The one serialisation of an event: these bytes are signed, sent, and repeated. There may be none: whoever signals a
 * delivery workflow from elsewhere may have given an event without a time, or of a type that there is not.
 */
function bodyOf(target: DeliveryTarget, event: ExecutionEvent): Written {
  try {
    return { body: JSON.stringify(announcementOf(target, event)), obstacle: null };
  } catch (error) {
    // It is made of the event alone; no secret is near.
    return { body: null, obstacle: shortened((error as Error).message, OBSTACLE_LENGTH_MAX) };
  }
}

function secretOf({ receiver, workspace, executionId, definitionId }: DeliveryTarget, sealer: Sealer): string | null {
  const { sealedFor, sealedSecret } = receiver;
  const id = sealedFor === 'execution' ? executionId : definitionId;
  try {
    return sealer.open(sealedSecret, { workspace, kind: sealedFor, id });
  } catch {
    // The cause may hold what was sealed.
    return null;
  }
}

/** What went wrong, or null when the event was delivered. */
function judge(outcome: OutboundOutcome): { lastError: string; wasSent: boolean; isFinal: boolean } | null {
  switch (outcome.kind) {
    case 'answered': {
      const { status } = outcome;
      if (status >= 200 && status < 300) return null;
      return { lastError: answeredSentence('The receiver', status), wasSent: true, isFinal: false };
    }
    case 'forbidden':
      return { lastError: `destination-forbidden: ${outcome.message}`, wasSent: false, isFinal: true };
    case 'failed':
      return { lastError: `${outcome.reason}: ${outcome.message}`, wasSent: true, isFinal: false };
    default:
      return assertNever(outcome);
  }
}

function askedToWait(outcome: OutboundOutcome): number | null {
  return outcome.kind === 'answered' && (outcome.status === 429 || outcome.status === 503)
    ? outcome.retryAfterMs
    : null;
}

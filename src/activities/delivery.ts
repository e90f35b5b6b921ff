// One attempt to deliver one event: opens the secret, signs, sends, and says what came of it (contract 3 section 1).
import { assertNever } from '../definition/json';
import type { OutboundClient, OutboundOutcome } from '../outbound/http-client';
import type { Sealer } from '../outbound/seal';
import { signedHeaders } from '../outbound/signature';
import type { DeliveryTarget } from '../workflows/contract';

export interface DeliveryDependencies {
  readonly outbound: OutboundClient;
  readonly sealer: Sealer;
}

export interface DeliveryRequest {
  readonly eventId: string;
  /** The same bytes on every attempt. */
  readonly body: string;
  /** From 0. */
  readonly attempt: number;
}

export type DeliveryOutcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      /** For a person; holds no secret. */
      readonly lastError: string;
      /** No further attempt may be made. */
      readonly isFinal: boolean;
      readonly retryAfterMs: number | null;
    };

/** A receiver has this long for its status line. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Sends one event once. Never throws: whatever goes wrong is an outcome, so that a delivery always has a fate. */
export async function sendOnce(
  { outbound, sealer }: DeliveryDependencies,
  { receiver, workspace, executionId }: DeliveryTarget,
  { eventId, body, attempt }: DeliveryRequest,
): Promise<DeliveryOutcome> {
  let secret: string;
  try {
    secret = sealer.open(receiver.sealedSecret, { workspace, kind: 'execution', id: executionId });
  } catch {
    // The cause may hold what was sealed. Another worker, or this one after a restart, may have the key.
    const lastError = 'The webhook secret could not be opened: is its key still in SECRET_KEYS?';
    return { kind: 'failed', lastError, isFinal: false, retryAfterMs: null };
  }
  const headers = signedHeaders({ eventId, body, secret, attempt, at: Date.now() });
  return judge(await outbound.post({ url: receiver.url, headers, body, timeoutMs: ANSWER_TIMEOUT_MS }));
}

function judge(outcome: OutboundOutcome): DeliveryOutcome {
  switch (outcome.kind) {
    case 'answered': {
      const { status, retryAfterMs } = outcome;
      if (status >= 200 && status < 300) return { kind: 'delivered' };
      const isRedirect = status >= 300 && status < 400;
      const lastError = `The receiver answered ${status}${isRedirect ? ', and redirects are not followed' : ''}.`;
      const waits = status === 429 || status === 503;
      return { kind: 'failed', lastError, isFinal: false, retryAfterMs: waits ? retryAfterMs : null };
    }
    case 'forbidden':
      return {
        kind: 'failed',
        lastError: `destination-forbidden: ${outcome.message}`,
        isFinal: true,
        retryAfterMs: null,
      };
    case 'failed':
      return { kind: 'failed', lastError: `${outcome.reason}: ${outcome.message}`, isFinal: false, retryAfterMs: null };
    default:
      return assertNever(outcome);
  }
}

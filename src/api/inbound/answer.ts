// How inbound webhooks say that they refuse: a code for the machine that sent it, and where it helps a sentence.
import type { ApiError, ErrorStatus } from '../errors';

/** Contract 4 has the first; a sender is told what it may repeat by the HTTP status. */
const CODES: Readonly<Partial<Record<ErrorStatus, string>>> = {
  UNAUTHENTICATED: 'unauthorized',
  PERMISSION_DENIED: 'forbidden',
  INVALID_ARGUMENT: 'invalid-request',
  RESOURCE_EXHAUSTED: 'rate-limited',
  UNAVAILABLE: 'unavailable',
  DEADLINE_EXCEEDED: 'unavailable',
};

/** With a sentence. */
const TOLD: ReadonlySet<string> = new Set(['invalid-request', 'forbidden', 'internal']);

/** Why somebody is not authorised stays here: an unknown trigger and a wrong signature look the same. */
export function inboundWords({ http, status, message }: ApiError): object {
  if (http === 413) return { ok: false, code: 'body-too-large' };
  const code = CODES[status] ?? 'internal';
  return TOLD.has(code) ? { ok: false, code, message } : { ok: false, code };
}

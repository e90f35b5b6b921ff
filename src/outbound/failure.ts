// Why a request got no answer, in words for a person: the address and the secret stay out of it.

export type FailureReason = 'timeout' | 'dns' | 'tls' | 'connection';

export interface Failure {
  readonly kind: 'failed';
  readonly reason: FailureReason;
  readonly message: string;
}

const DNS_CODES: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_NODATA',
  'EAI_FAIL',
  'ESERVFAIL',
  'ENODATA',
]);
const TIMEOUT_CODES: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT']);

const NO_HTTP = 'The receiver did not answer in HTTP.';

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name of the host does not exist.',
  EAI_AGAIN: 'The name of the host could not be looked up just now.',
  ENODATA: 'The name of the host has no address.',
  // What undici makes of a status below 100.
  ERR_ASSERTION: NO_HTTP,
  UND_ERR_HEADERS_OVERFLOW: 'The receiver answered with more than 16 KiB of headers.',
  ECONNREFUSED: 'The connection was refused: nothing listens there.',
  ECONNRESET: 'The receiver closed the connection without an answer.',
  UND_ERR_SOCKET: 'The receiver closed the connection without an answer.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ENETUNREACH: 'The network of the host cannot be reached.',
  EPIPE: 'The receiver closed the connection while the request was being sent.',
  DEPTH_ZERO_SELF_SIGNED_CERT: "The receiver's certificate is self-signed.",
  SELF_SIGNED_CERT_IN_CHAIN: "The receiver's certificate chain has a self-signed certificate.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "The receiver's certificate is of an unknown issuer.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "The receiver's certificate is of an unknown issuer.",
  CERT_HAS_EXPIRED: "The receiver's certificate has expired.",
  CERT_NOT_YET_VALID: "The receiver's certificate is not valid yet.",
  ERR_TLS_CERT_ALTNAME_INVALID: "The receiver's certificate is for another host.",
};

/** Turns whatever a request threw into a failure; what is not known keeps its code only. */
export function failureOf(error: unknown, timeoutMs: number): Failure {
  const code = codeOf(error);
  if (code === 'TimeoutError' || code === 'AbortError' || TIMEOUT_CODES.has(code)) {
    return { kind: 'failed', reason: 'timeout', message: `The receiver did not answer within ${timeoutMs / 1000} s.` };
  }
  const message = WORDS[code] ?? unlisted(code);
  return { kind: 'failed', reason: DNS_CODES.has(code) ? 'dns' : isTls(code) ? 'tls' : 'connection', message };
}

function unlisted(code: string): string {
  if (code.startsWith('HPE_') || code === 'HTTPParserError') return NO_HTTP;
  return isTls(code) ? `The TLS handshake failed (${code}).` : `The request failed (${code}).`;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown';
  const { code, name, cause } = error as { code?: unknown; name?: unknown; cause?: unknown };
  if (typeof code === 'string') return code;
  if (cause !== undefined) return codeOf(cause);
  return typeof name === 'string' ? name : 'unknown';
}

const isTls = (code: string): boolean => /CERT|TLS|SSL|^EPROTO$|SIGNATURE|ISSUER/.test(code);

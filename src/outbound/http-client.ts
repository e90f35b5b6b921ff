// The guarded HTTP client: everything that a user can make the system send goes through it (contract 3 section 2).
// DNS is resolved here, every answer is checked, and the connection goes to a checked address and nowhere else.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { isGlobalUnicast } from './address';
import { bareHost, checkDestination, type OutboundAllow } from './destination';
import { type FailureReason, failureOf } from './failure';
import { skipInterimAnswers } from './interim-answers';
import { resolveName } from './resolve';
import { retryAfterMs } from './retry-after';

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything until the status line: DNS, connecting, TLS, sending, waiting. */
  readonly timeoutMs: number;
}

export interface OutboundCall extends OutboundRequest {
  readonly method: 'GET' | 'POST';
  /** What names the URL in a refusal. */
  readonly field: string;
}

/** The status line is the answer, whatever becomes of the body. At most 64 KiB of that are kept. */
export interface Answered {
  readonly kind: 'answered';
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly bodyText: string;
}

export interface AnsweredCall extends Answered {
  /** Whether the body came to its end, or to the 64 KiB that are kept of it, before the connection or the time did. */
  readonly bodyEnd: 'whole' | 'broken' | 'late';
  /** Names in lower case; what came several times is joined with commas. */
  readonly headers: Readonly<Record<string, string>>;
}

export type Unanswered =
  /** Nothing was sent, and nothing may be sent there. */
  | { readonly kind: 'forbidden'; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: FailureReason; readonly message: string };

export type OutboundOutcome = Answered | Unanswered;

export interface OutboundClient {
  /** Sends a POST. Never rejects; redirects are never followed, and nothing is decompressed. */
  post(request: OutboundRequest): Promise<OutboundOutcome>;
  /** The same for whoever wants to read the answer: its body has the whole time limit, and a GET sends none. */
  call(request: OutboundCall): Promise<AnsweredCall | Unanswered>;
}

export interface OutboundOptions {
  readonly allow: OutboundAllow;
  /** All addresses of a name; by default DNS, and for the operator's own exceptions the system's look-up (its hosts file). */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>;
  /** Further trusted certificates (PEM), beside the system's. */
  readonly ca?: string;
}

const BODY_BYTES_MAX = 64 * 1024;
/** A receiver has this long after its status line to end its body; then the connection is closed. */
const BODY_MS_MAX = 1_000;

export function createOutboundClient({ allow, resolve, ca }: OutboundOptions): OutboundClient {
  async function call(request: OutboundCall, bodyMsMax: number): Promise<AnsweredCall | Unanswered> {
    const checked = checkDestination(request.url, allow, request.field);
    if (!checked.ok) return { kind: 'forbidden', message: checked.message };
    const { url, isExempt } = checked;
    const signal = AbortSignal.timeout(request.timeoutMs);
    try {
      const addresses = await withSignal(addressesOf(url, resolve ?? (isExempt ? lookUp : resolveName)), signal);
      if (!isExempt && !addresses.every(isGlobalUnicast)) {
        const message = `${request.field} host resolves to a private, loopback, or link-local address`;
        return { kind: 'forbidden', message };
      }
      return await send(request, { url, addresses, signal, ca, bodyMsMax });
    } catch (error) {
      return failureOf(error, request.timeoutMs);
    }
  }

  return {
    async post(request) {
      const outcome = await call({ ...request, method: 'POST', field: 'webhookUrl' }, BODY_MS_MAX);
      if (outcome.kind !== 'answered') return outcome;
      const { headers: _headers, bodyEnd: _bodyEnd, ...answered } = outcome;
      return answered;
    },
    call: (request) => call(request, request.timeoutMs),
  };
}

interface Pinned {
  readonly url: URL;
  readonly addresses: readonly string[];
  readonly signal: AbortSignal;
  readonly ca: string | undefined;
  readonly bodyMsMax: number;
}

/** A connection of its own for each request: no pool in which another's checked address could be reused unchecked. */
async function send(request: OutboundCall, { url, addresses, signal, ca, bodyMsMax }: Pinned): Promise<AnsweredCall> {
  const client = new Client(url.origin, {
    connect: pinnedConnector(url, { addresses, ca, timeoutMs: request.timeoutMs, signal }),
  });
  try {
    const response = await client.request({
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: { ...request.headers, 'user-agent': 'countersign', connection: 'close' },
      body: request.method === 'GET' ? null : request.body,
      signal,
      headersTimeout: request.timeoutMs,
      bodyTimeout: bodyMsMax,
    });
    const retryAfter = retryAfterMs(response.headers['retry-after'], Date.now());
    const body = await readBody(response.body, { bodyMsMax, signal });
    const headers = joined(response.headers);
    return { kind: 'answered', status: response.statusCode, retryAfterMs: retryAfter, ...body, headers };
  } finally {
    client.destroy().catch(() => {});
  }
}

/** A name may have thousands of addresses; receivers that are there answer at one of the first. */
const ADDRESSES_TRIED_MAX = 4;

interface Pinning {
  readonly addresses: readonly string[];
  readonly ca: string | undefined;
  readonly timeoutMs: number;
  /** Nothing is begun any more once it is aborted. */
  readonly signal: AbortSignal;
}

/**
 * Connects to the checked addresses, one after the other, with the name's SNI and certificate check. Each has its share of
 * the time: one that is silent leaves some to the next.
 */
function pinnedConnector(url: URL, { addresses, ca, timeoutMs, signal }: Pinning): buildConnector.connector {
  const [first = '', ...rest] = addresses.slice(0, ADDRESSES_TRIED_MAX);
  const timeout = Math.ceil(timeoutMs / (1 + rest.length));
  const connect = buildConnector({ timeout, allowH2: false, ...(ca === undefined ? {} : { ca }) });
  const host = bareHost(url);
  const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
  return (options, callback) => {
    const attempt = (address: string, others: readonly string[]): void => {
      connect({ ...options, hostname: address, servername }, (...result) => {
        const [next, ...further] = others;
        if (result[0] && next !== undefined && !signal.aborted) return attempt(next, further);
        if (result[1]) skipInterimAnswers(result[1]);
        callback(...result);
      });
    };
    attempt(first, rest);
  };
}

function joined(headers: Dispatcher.ResponseData['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value ?? '')]));
}

async function readBody(
  body: Dispatcher.ResponseData['body'],
  { bodyMsMax, signal }: Pick<Pinned, 'bodyMsMax' | 'signal'>,
): Promise<Pick<AnsweredCall, 'bodyText' | 'bodyEnd'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isOver = false;
  let bodyEnd: AnsweredCall['bodyEnd'];
  const timer = setTimeout(() => {
    isOver = true;
    body.destroy();
  }, bodyMsMax);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk.subarray(0, BODY_BYTES_MAX - bytes));
      bytes += chunk.length;
      if (bytes >= BODY_BYTES_MAX) break;
    }
    bodyEnd = isOver ? 'late' : 'whole';
  } catch {
    // For whoever asked only for the status line, that has been the answer already.
    bodyEnd = isOver || signal.aborted ? 'late' : 'broken';
  } finally {
    clearTimeout(timer);
  }
  return { bodyText: decode(Buffer.concat(chunks)), bodyEnd };
}

/** A byte order mark, as some platforms put before their JSON, is none of the text. */
const decode = (bytes: Buffer): string => new TextDecoder().decode(bytes);

/** A literal address is its own answer; a name must have at least one. */
async function addressesOf(url: URL, resolve: NonNullable<OutboundOptions['resolve']>): Promise<readonly string[]> {
  const host = bareHost(url);
  if (isIP(host) !== 0) return [host];
  const addresses = await resolve(host);
  if (addresses.length === 0) throw Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
  return addresses;
}

async function lookUp(hostname: string): Promise<readonly string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}

/** The system's resolver cannot be interrupted; the wait for it can. */
function withSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    promise.then(resolve, reject);
  });
}

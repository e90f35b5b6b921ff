// Messages to Slack: to a channel by its web API with the operator's token, or to a hook through the guarded client.
import {
  type FetchFunction,
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { request } from 'undici';
import type { SlackSettings } from '../config/messengers';
import { assertNever, type Json, type JsonObject } from '../definition/json';
import { answeredSentence } from '../outbound/answered';
import type { OutboundClient } from '../outbound/http-client';
import { operatorsAgent } from '../outbound/operators-agent';

export interface SlackMessage {
  /** The id of a channel. */
  readonly channel: string;
  readonly text: string;
  readonly blocks: readonly JsonObject[] | null;
}

export type SlackOutcome =
  | { readonly kind: 'accepted'; readonly output: JsonObject }
  | {
      readonly kind: 'failed';
      readonly message: string;
      readonly isFinal: boolean;
      readonly retryAfterMs?: number | undefined;
    }
  | { readonly kind: 'forbidden'; readonly message: string };

/** Of one call, its whole answer included. */
const TIMEOUT_MS = 15_000;
/** An answer of Slack's has a few kilobytes. */
const ANSWER_BYTES_MAX = 256 * 1024;
/** As for webhooks (contract 3 section 1). */
const RETRY_AFTER_MS_MAX = 3_600_000;

/** What Slack says of itself and not of the request; everything else that it answers is final. */
const PASSING_ERRORS: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'ratelimited',
  'rate_limited',
  'request_timeout',
  'service_unavailable',
  'team_added_to_org',
]);
/** Whatever else stands where Slack has a word is not said by Slack: a proxy's page, or what it was sent. */
const WORD = /^[a-z][a-z0-9_]{0,99}$/i;

export interface SlackChannels {
  /** Never rejects. Temporal tries again, not the client. */
  post(message: SlackMessage): Promise<SlackOutcome>;
}

/** `timeoutMs`: only tests have another one. */
export function createSlackChannels({ botToken, apiUrl }: SlackSettings, timeoutMs = TIMEOUT_MS): SlackChannels {
  const client = new WebClient(botToken, {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    fetch: boundedFetch(timeoutMs),
    logger: SILENT,
  });
  return {
    async post({ channel, text, blocks }) {
      try {
        const sent = { channel, text, ...(blocks ? { blocks } : {}) };
        const answer = await client.apiCall('chat.postMessage', sent);
        const ts = 'ts' in answer && typeof answer.ts === 'string' ? { ts: answer.ts } : {};
        return { kind: 'accepted', output: { channel: 'slack', ...ts } };
      } catch (error) {
        return failed(error, timeoutMs);
      }
    },
  };
}

/** The client's own time-out ends with the headers of an answer, and it reads a body however long it is. */
function boundedFetch(timeoutMs: number): FetchFunction {
  const dispatcher = operatorsAgent();
  return async (url, { method, headers, body } = {}) => {
    if (method !== 'POST' || typeof body !== 'string') throw new TypeError('a call of Slack is a POST of text');
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await request(url, {
      method,
      body,
      signal,
      dispatcher,
      ...(headers === undefined ? {} : { headers }),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES_MAX) throw new TooLong('the answer is longer than any of Slack');
      chunks.push(chunk);
    }
    const { statusCode } = answer;
    if (!isUnderstood(statusCode, answer.headers['retry-after'])) throw new WebAPIHTTPError(statusCode, '', {});
    const kept = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]);
    return new Response(Buffer.concat(chunks), { status: statusCode, headers: kept });
  };
}

class TooLong extends Error {}

/**
 * A `Response` has no body with some status codes and knows no others, and the client takes a 429 without a number of seconds for
 * no answer at all.
 */
const isUnderstood = (status: number, retryAfter: string | string[] | undefined): boolean =>
  status === 200 || (status === 429 && /^-?\d/.test(String(retryAfter).trim()));

/** An incoming webhook of Slack's answers `ok`, or a word that says why not. */
export async function postToHook(
  outbound: OutboundClient,
  { url, text, blocks }: Omit<SlackMessage, 'channel'> & { readonly url: string },
): Promise<SlackOutcome> {
  const outcome = await outbound.call({
    url,
    field: 'slackTarget',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, ...(blocks ? { blocks: blocks as Json } : {}) }),
    timeoutMs: TIMEOUT_MS,
  });
  switch (outcome.kind) {
    case 'answered': {
      const { status, retryAfterMs } = outcome;
      if (status >= 200 && status < 300) return { kind: 'accepted', output: { channel: 'slack' } };
      const message = answeredSentence('The Slack hook', status);
      return { kind: 'failed', message, isFinal: isRefusal(status), retryAfterMs: retryAfterMs ?? undefined };
    }
    case 'failed':
      return { kind: 'failed', message: outcome.message, isFinal: false };
    case 'forbidden':
      return outcome;
    default:
      return assertNever(outcome);
  }
}

/** A redirect is none of Slack's, but perhaps a proxy's. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

function failed(error: unknown, timeoutMs: number): SlackOutcome {
  if (error instanceof WebAPIPlatformError) {
    const { error: word }: { readonly error: unknown } = error.data;
    if (typeof word !== 'string' || !WORD.test(word)) return NOT_OF_SLACK;
    return { kind: 'failed', message: `Slack answered ${word}.`, isFinal: !PASSING_ERRORS.has(word) };
  }
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = Math.min(Math.max(error.retryAfter * 1_000, 0), RETRY_AFTER_MS_MAX);
    return { kind: 'failed', message: 'Slack asks to slow down.', isFinal: false, retryAfterMs };
  }
  if (error instanceof WebAPIHTTPError) {
    const { statusCode } = error;
    return {
      kind: 'failed',
      message: `Slack answered HTTP ${statusCode}.`,
      isFinal: isRefusal(statusCode),
    };
  }
  const original = error instanceof WebAPIRequestError ? error.original : null;
  if (original instanceof TooLong) return NOT_OF_SLACK;
  const isLate = original?.name === 'TimeoutError';
  const what = isLate ? `was not done within ${timeoutMs / 1_000} s` : 'could not be reached';
  return { kind: 'failed', message: `Slack ${what}.`, isFinal: false };
}

const NOT_OF_SLACK: SlackOutcome = {
  kind: 'failed',
  message: "The answer is none of Slack's, but perhaps a proxy's.",
  isFinal: false,
};

/** The client's own lines would repeat what the step's error says. */
const SILENT = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => 'error' as never,
};

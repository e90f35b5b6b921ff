// Messages to Slack: to a channel by its web API with the operator's token, or to a hook through the guarded client.
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api';
import type { SlackSettings } from '../config/messengers';
import { assertNever, type Json, type JsonObject } from '../definition/json';
import type { OutboundClient } from '../outbound/http-client';

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

const TIMEOUT_MS = 15_000;

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

export interface SlackChannels {
  /** Never rejects. Temporal tries again, not the client. */
  post(message: SlackMessage): Promise<SlackOutcome>;
}

export function createSlackChannels({ botToken, apiUrl }: SlackSettings): SlackChannels {
  const client = new WebClient(botToken, {
    ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    timeout: TIMEOUT_MS,
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
        return failed(error);
      }
    },
  };
}

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
      const isFinal = status < 500 && status !== 429;
      const wait = retryAfterMs ?? undefined;
      return { kind: 'failed', message: `The Slack hook answered ${status}.`, isFinal, retryAfterMs: wait };
    }
    case 'failed':
      return { kind: 'failed', message: outcome.message, isFinal: false };
    case 'forbidden':
      return outcome;
    default:
      return assertNever(outcome);
  }
}

function failed(error: unknown): SlackOutcome {
  if (error instanceof WebAPIPlatformError) {
    const word = error.data.error;
    return { kind: 'failed', message: `Slack answered ${word}.`, isFinal: !PASSING_ERRORS.has(word) };
  }
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = error.retryAfter * 1_000;
    return { kind: 'failed', message: 'Slack asks to slow down.', isFinal: false, retryAfterMs };
  }
  if (error instanceof WebAPIHTTPError) {
    const { statusCode } = error;
    return {
      kind: 'failed',
      message: `Slack answered HTTP ${statusCode}.`,
      isFinal: statusCode < 500 && statusCode !== 429,
    };
  }
  return { kind: 'failed', message: 'Slack could not be reached.', isFinal: false };
}

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

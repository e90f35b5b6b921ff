// The activity that calls a webhook node's receiver once, and says what it answered (contract 4 section 2).
import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { assertNever, isDeeper, type Json } from '../definition/json';
import { LIMITS } from '../definition/limits';
import { wholeCharacters } from '../definition/whole-characters';
import type { WebhookResponse } from '../engine/input';
import { answeredSentence } from '../outbound/answered';
import type { CallbackTokens } from '../outbound/callback-token';
import { HIDDEN_LENGTH_MIN, withoutSecret } from '../outbound/hidden-secret';
import type { AnsweredCall, OutboundClient } from '../outbound/http-client';
import type { Sealer } from '../outbound/seal';
import type { WebhookFailureCode, WebhookTask } from '../workflows/contract/activities';
import { withHeartbeats } from './heartbeats';
import { type CalledAs, sentToken, webhookBody, webhookHeaders } from './webhook-message';

export interface WebhookDependencies {
  readonly outbound: OutboundClient;
  readonly sealer: Sealer;
  readonly callbacks: CallbackTokens;
  /** Under which receivers reach the API; null: it was not said. */
  readonly publicUrl: string | null;
}

export function callWebhookActivity(dependencies: WebhookDependencies) {
  return async function callWebhook(task: WebhookTask): Promise<WebhookResponse> {
    const { config } = task;
    const as: CalledAs = { attempt: task.attemptsBefore + Context.current().info.attempt - 1, at: Date.now() };
    const body = webhookBody(task, dependencies);
    const request = {
      url: config.url,
      method: config.method,
      field: 'url',
      headers: webhookHeaders(task, dependencies, { ...as, body }),
      body,
      timeoutMs: config.timeoutMs,
    };
    const outcome = await withHeartbeats(() => dependencies.outbound.call(request));
    switch (outcome.kind) {
      case 'answered':
        return accepted(without(sentToken(task, dependencies), outcome), config);
      case 'forbidden':
        throw failure('destination-forbidden', outcome.message, true);
      case 'failed':
        throw failure(
          outcome.reason === 'timeout' ? 'webhook-node-timeout' : 'webhook-node-failed',
          outcome.message,
          false,
        );
      default:
        return assertNever(outcome);
    }
  };
}

/**
 * A 2xx or a listed code completes; a 5xx is tried again; everything else is final. What a synchronous node waits for is the
 * whole answer: one that breaks off is a failure of the network.
 */
function accepted(
  answer: AnsweredCall,
  { expectedStatusCodes, mode, timeoutMs }: WebhookTask['config'],
): WebhookResponse {
  const { status } = answer;
  if ((status < 200 || status >= 300) && !expectedStatusCodes.includes(status)) {
    throw failure('webhook-node-failed', answeredSentence('The receiver', status), status < 500);
  }
  if (mode === 'sync' && answer.bodyEnd === 'late') {
    const message = `The receiver answered ${status}, and its answer had not come whole after ${timeoutMs / 1000} s.`;
    throw failure('webhook-node-timeout', message, false);
  }
  if (mode === 'sync' && answer.bodyEnd === 'broken') {
    throw failure('webhook-node-failed', `The receiver answered ${status}, and its answer broke off.`, false);
  }
  // Only the callback counts of an async node, and a receiver that repeats what it was sent would say its token here.
  if (mode === 'async') return { httpStatus: status, responseHeaders: {}, responseText: '' };
  const responseJson = jsonIn(answer.bodyText);
  return {
    httpStatus: status,
    responseHeaders: shownHeaders(answer.headers),
    ...(responseJson === undefined ? {} : { responseJson }),
    responseText: answer.bodyText,
  };
}

/** Services that one tries things with repeat what they were sent, and the token must be shown nowhere. */
function without(token: string | null, answer: AnsweredCall): AnsweredCall {
  // Of `Bearer abc` they may repeat the second word only.
  const secrets = new Set(token === null ? [] : [token, token.replace(/^\S+ +/, '')]);
  const hidden = [...secrets].filter((secret) => secret.length >= HIDDEN_LENGTH_MIN);
  const hide = (text: string): string => hidden.reduce(withoutSecret, text);
  const headers = Object.entries(answer.headers).map(([name, value]): [string, string] => [name, hide(value)]);
  return { ...answer, bodyText: hide(answer.bodyText), headers: Object.fromEntries(headers) };
}

/** What is kept of the headers: nothing that could be a cookie or a credential. */
const SHOWN_HEADERS: readonly string[] = [
  'content-type',
  'content-length',
  'date',
  'etag',
  'last-modified',
  'location',
  'retry-after',
  'x-correlation-id',
  'x-request-id',
];
const SHOWN_LENGTH_MAX = 1_000;

function shownHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    SHOWN_HEADERS.filter((name) => Object.hasOwn(headers, name)).map((name) => [
      name,
      (headers[name] ?? '').slice(0, SHOWN_LENGTH_MAX),
    ]),
  );
}

/** Deeper JSON would be a burden to everything that walks it later, and 1e400 would be kept as null: both stay the text that they are. */
function jsonIn(text: string): Json | undefined {
  try {
    const value = JSON.parse(text, finite) as Json;
    if (isDeeper(value, LIMITS.jsonDepthMax)) return undefined;
    return JSON.parse(wholeCharacters(JSON.stringify(value))) as Json;
  } catch {
    return undefined;
  }
}

function finite(_key: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('no number that JSON can keep');
  return value;
}

function failure(type: WebhookFailureCode, message: string, nonRetryable: boolean): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable });
}

// What an inbound webhook says: the event's name and id, and the context of the execution that it starts.
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { assertNever, type Json, type JsonObject, valueAt } from '../../definition/json';
import type { InboundWebhook } from '../../definition/trigger';
import { ApiError } from '../errors';
import { textOf } from './authentic';

export interface InboundEvent {
  /** The body as it came. */
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
  readonly body: Json;
}

/** False when the trigger names the events that it takes, and this is none of them or has no name. */
export function isAllowed(event: InboundEvent, webhook: InboundWebhook): boolean {
  if (webhook.allowedEvents === undefined) return true;
  return webhook.allowedEvents.includes(nameOf(event, webhook));
}

/** No allowed event is called ''. */
function nameOf({ headers, body }: InboundEvent, { provider, eventNameHeader }: InboundWebhook): string {
  const { type } = isObject(body) ? body : {};
  const typeInBody = typeof type === 'string' ? type : '';
  switch (provider) {
    case 'velt':
      return typeInBody;
    case 'github':
      return textOf(headers, 'x-github-event');
    case 'vercel':
      return textOf(headers, 'x-vercel-deployment-event') || typeInBody;
    case 'custom':
      return eventNameHeader === undefined ? '' : textOf(headers, eventNameHeader);
    default:
      return assertNever(provider);
  }
}

/**
 * The id of the event at its source, from the header or the body; where neither has one, each request is its own event. Of
 * numbers that JavaScript cannot tell apart, such as ids of 64 bits, the whole body is the id: none is taken for another.
 */
export function sourceEventIdOf({ headers, body, bytes }: InboundEvent, webhook: InboundWebhook): string {
  const { idempotencyHeader, idempotencyBodyPath } = webhook;
  const inHeader = idempotencyHeader === undefined ? '' : textOf(headers, idempotencyHeader);
  if (inHeader !== '') return inHeader;
  const inBody = idempotencyBodyPath === undefined ? null : valueAt(body, idempotencyBodyPath.split('.'));
  if (typeof inBody === 'number') return Number.isSafeInteger(inBody) ? String(inBody) : sha256(bytes);
  return typeof inBody === 'string' && inBody !== '' ? inBody : randomUUID();
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** Throws an INVALID_ARGUMENT for a body that cannot be an execution's context as it is. */
export function triggerContextOf({ body }: InboundEvent, { provider, payloadMapping }: InboundWebhook): JsonObject {
  const source = provider === 'velt' ? (isObject(body) ? body.payload : undefined) : body;
  if (payloadMapping === 'wrap') return { source: source ?? null };
  if (source === undefined) return {};
  if (isObject(source)) return source;
  const what = provider === 'velt' ? 'payload of the body' : 'body';
  throw new ApiError('INVALID_ARGUMENT', `The ${what} must be an object, unless the trigger's payloadMapping is wrap.`);
}

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

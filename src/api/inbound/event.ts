// What an inbound webhook says: the event's name and id, and the context of the execution that it starts.
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { assertNever, type Json, type JsonObject, valueAt } from '../../definition/json';
import type { InboundWebhook } from '../../definition/trigger';
import { ApiError } from '../errors';
import { textOf } from './authentic';

export interface InboundEvent {
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

/** The id of the event at its source, from the header or the body; where neither has one, each request is its own event. */
export function eventIdOf({ headers, body }: InboundEvent, webhook: InboundWebhook): string {
  const { idempotencyHeader, idempotencyBodyPath } = webhook;
  const inHeader = idempotencyHeader === undefined ? '' : textOf(headers, idempotencyHeader);
  const inBody = idempotencyBodyPath === undefined ? null : valueAt(body, idempotencyBodyPath.split('.'));
  const isId = (typeof inBody === 'string' && inBody !== '') || typeof inBody === 'number';
  return inHeader || (isId ? String(inBody) : randomUUID());
}

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

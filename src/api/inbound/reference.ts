// What the reference says of webhook-inbound/trigger: the one operation without the envelope.
import { z } from 'zod';
import { LIMITS } from '../../definition/limits';
import type { Operation, Response } from '../openapi/document';
import { type Components, jsonSchemaOf } from '../openapi/json-schema';
import { MISNAMED, timedOut } from '../openapi/transport';

export const INBOUND_PATH = 'webhook-inbound/trigger';

const accepted = z.strictObject({
  ok: z.literal(true),
  code: z.literal('accepted'),
  executionId: z.string(),
  deduplicated: z.boolean(),
});
const ignored = z.strictObject({ ok: z.literal(false), code: z.literal('event-ignored') });

const EXAMPLE = {
  definitionId: 'marketing-copy-approval',
  triggerId: 'on-draft',
  type: 'draft.ready',
  payload: { assetUrl: 'acme.com/assets/42' },
};

const PARAMETERS = [
  ['definitionId', 'Which definition; with the provider velt it may stand in the body.'],
  ['triggerId', 'Which of its triggers; with the provider velt it may stand in the body.'],
  ['apiKey', 'In place of the header x-velt-api-key, for senders that cannot set one. Never logged.'],
] as const;

export function inboundOperation(components: Components): Operation {
  const answer = (description: string, body: z.ZodType, examples = {}): Response => ({
    description,
    content: { 'application/json': { schema: jsonSchemaOf(body, components), ...examples } },
  });
  const refusal = (code: string) =>
    z.strictObject({ ok: z.literal(false), code: z.literal(code), message: z.string().optional() });
  const refused = (description: string, code: string) => answer(description, refusal(code));
  const late = timedOut(refusal('invalid-request'));
  const done = { ok: true, code: 'accepted', executionId: `exec_trig:${'0'.repeat(64)}`, deduplicated: false };
  return {
    operationId: 'webhookInboundTrigger',
    tags: ['webhook-inbound'],
    summary: 'Start an execution by a webhook',
    description: `Raw JSON without the envelope, at most ${LIMITS.bodyBytesMax} bytes, signed as the trigger's provider does it (docs/triggers.md): an object, or, where the trigger's payloadMapping is wrap, anything. The API key says whose definition is meant and authorises nothing; the signature does. An event that comes again starts nothing and answers \`deduplicated: true\`.`,
    security: [{ apiKey: [] }],
    parameters: PARAMETERS.map(([name, description]) => ({
      name,
      in: 'query',
      required: false,
      description,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          // Any JSON: with payloadMapping wrap it need not be an object.
          schema: jsonSchemaOf(z.unknown(), components),
          examples: { example1: { summary: 'Of the provider velt', value: EXAMPLE } },
        },
      },
    },
    responses: {
      200: answer('Accepted, or an event that the trigger does not take.', z.union([accepted, ignored]), {
        examples: { example1: { summary: 'Of the provider velt', value: done } },
      }),
      400: refused('The body is no JSON, names no trigger, or cannot be a context.', 'invalid-request'),
      401: refused('The API key is unknown, there is no such trigger, or the signature is wrong.', 'unauthorized'),
      403: refused(MISNAMED, 'forbidden'),
      408: answer(late.description, late.body),
      413: refused('The body is larger than 1 MiB.', 'body-too-large'),
      415: refused('The body is compressed.', 'invalid-request'),
      429: refused('Too many requests; try again after `Retry-After` seconds.', 'rate-limited'),
      500: refused('A bug; the message carries the request id.', 'internal'),
      503: refused('Temporal is away; try again after `Retry-After` seconds.', 'unavailable'),
      504: refused('Temporal did not answer in time; to send it again is safe with an event id.', 'unavailable'),
    },
  };
}

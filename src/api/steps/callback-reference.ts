// What the reference says of a callback: the operation that a webhook step's own token opens, and no API key.
import { z } from 'zod';
import type { Operation } from '../openapi/document';
import { type Components, jsonSchemaOf } from '../openapi/json-schema';
import { refusal } from '../openapi/refusals';
import { MISNAMED } from '../openapi/transport';
import { callbackBody } from './webhook-callback';

export const CALLBACK_REFERENCE_PATH = 'webhook-callback/{address}';

const result = z.strictObject({ result: z.strictObject({ accepted: z.literal(true) }) });

export function callbackOperation(components: Components): Operation {
  const refused = (http: number, ...statuses: Parameters<typeof refusal>[1]) =>
    refusal(http, statuses, components) as unknown as Operation['responses'][string];
  return {
    operationId: 'webhookCallback',
    tags: ['webhook-callback'],
    summary: 'End the step of an async webhook',
    description:
      'The URL and the token come with the call that the webhook step made (`callback.url`, `callback.token`; docs/nodes.md). The token is good for this one step, and only the first callback ends it. The body has no envelope.',
    security: [{ callbackToken: [] }],
    parameters: [
      { name: 'address', in: 'path', required: true, description: 'As it was sent.', schema: { type: 'string' } },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: jsonSchemaOf(callbackBody, components),
          examples: {
            example1: { summary: 'It was done', value: { status: 'completed', output: { score: 7 } } },
            example2: { summary: 'It was not', value: { status: 'failed', error: 'out of stock' } },
          },
        },
      },
    },
    responses: {
      200: {
        description: 'The step has ended.',
        content: { 'application/json': { schema: jsonSchemaOf(result, components) } },
      },
      400: refused(400, 'INVALID_ARGUMENT', 'FAILED_PRECONDITION'),
      401: refused(401, 'UNAUTHENTICATED'),
      403: { ...refused(403, 'PERMISSION_DENIED'), description: MISNAMED },
      404: refused(404, 'NOT_FOUND'),
      409: refused(409, 'FAILED_PRECONDITION'),
      413: refused(413, 'INVALID_ARGUMENT'),
      415: refused(415, 'INVALID_ARGUMENT'),
      429: refused(429, 'RESOURCE_EXHAUSTED'),
      500: refused(500, 'INTERNAL'),
      503: refused(503, 'UNAVAILABLE'),
      504: refused(504, 'DEADLINE_EXCEEDED'),
    },
  };
}

// The refusals of Conductor's dialect as its document shows them (contract 5 section 1, Errors).
import { z } from 'zod';
import { MISNAMED, timedOut } from '../openapi/transport';

const usual = z
  .strictObject({
    status: z.int(),
    message: z.string(),
    instance: z.string().meta({ description: 'The request id, by which the log tells more.' }),
    retryable: z.boolean(),
  })
  .meta({ id: 'Error' });

const validation = z
  .strictObject({
    status: z.literal(400),
    message: z.string(),
    retryable: z.literal(false),
    validationErrors: z.array(
      z.strictObject({
        path: z.string(),
        message: z.string(),
        invalidValue: z.unknown().meta({ description: 'Null where there is none, and where it may hold a secret.' }),
      }),
    ),
  })
  .meta({ id: 'ValidationError' });

const token = z
  .strictObject({ error: z.enum(['INVALID_TOKEN', 'EXPIRED_TOKEN']), message: z.string() })
  .meta({ id: 'TokenError' });

/** Of every operation, by HTTP code. */
export const refusals = {
  400: { description: 'What was sent is wrong.', body: z.union([validation, usual]) },
  401: { description: 'The token is missing, not known, or has expired.', body: token },
  403: { description: MISNAMED, body: usual },
  404: { description: 'There is no such workflow.', body: usual },
  408: timedOut(usual),
  409: { description: 'Another workflow, or its state, is in the way.', body: usual },
  413: { description: 'The body is larger than 1 MiB.', body: usual },
  415: { description: 'The body is compressed.', body: usual },
  429: { description: 'Too many requests; try again after `Retry-After` seconds.', body: usual },
  500: { description: 'A bug.', body: usual },
  503: { description: 'Temporal or its workers are away; try again after `Retry-After` seconds.', body: usual },
  504: {
    description: 'The engine did not answer in time. To ask again is safe, a start under the same `X-Idempotency-key`.',
    body: usual,
  },
} as const;

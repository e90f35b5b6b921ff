// Which errors an operation documents, as OpenAPI responses: what any operation can refuse, and its own.
import { z } from 'zod';
import type { Endpoint } from '../endpoint';
import { type ErrorStatus, httpOf } from '../errors';
import { findingSchema } from '../finding-schema';
import { type Components, type JsonSchema, jsonSchemaOf } from './json-schema';

/** INVALID_ARGUMENT has two more HTTP codes: a body that is too large, and one that is no JSON. */
const ANY_OPERATION: readonly (readonly [ErrorStatus, http?: number])[] = [
  ['INVALID_ARGUMENT'],
  ['INVALID_ARGUMENT', 413],
  ['INVALID_ARGUMENT', 415],
  ['UNAUTHENTICATED'],
  ['PERMISSION_DENIED'],
  ['RESOURCE_EXHAUSTED'],
  ['UNAVAILABLE'],
  ['INTERNAL'],
];

const MEANING: Readonly<Record<ErrorStatus, string>> = {
  INVALID_ARGUMENT: 'The request does not fit the schema, or a rule beyond it; `details` lists what is wrong.',
  UNAUTHENTICATED: 'A credential is missing, or the API key is not known.',
  PERMISSION_DENIED: 'The token is not registered for this API key, or the actor may not do this.',
  NOT_FOUND: 'There is no such definition, execution or step in this workspace.',
  ALREADY_EXISTS: 'The id or the key is taken.',
  FAILED_PRECONDITION: 'It exists, and its state does not allow this.',
  RESOURCE_EXHAUSTED: 'Too many requests; try again after `Retry-After` seconds.',
  DEADLINE_EXCEEDED:
    'The engine did not answer in time. To ask again is safe, a start under the same `idempotencyKey`.',
  UNAVAILABLE: 'Temporal or its workers are away, or too much is going on; try again after `Retry-After` seconds.',
  INTERNAL: 'A bug. The message carries the request id, by which the log tells more.',
};

const HTTP_MEANING: Readonly<Record<number, string>> = {
  413: 'The body is larger than 1 MiB.',
  415: 'The body is no JSON in UTF-8.',
};

const issue = z
  .strictObject({ code: z.string(), path: z.array(z.union([z.string(), z.int()])), message: z.string() })
  .meta({ id: 'Issue' });

const details = z
  .strictObject({ issues: z.array(issue).optional(), lint: z.array(findingSchema).optional() })
  .meta({ id: 'ErrorDetails' });

/** Responses by HTTP code. */
export function refusalsOf({ errors }: Endpoint, components: Components): Record<string, JsonSchema> {
  const byHttp = new Map<number, ErrorStatus[]>();
  for (const [status, http] of [...ANY_OPERATION, ...errors.map((own) => [own] as const)]) {
    const code = http ?? httpOf(status);
    byHttp.set(code, [...(byHttp.get(code) ?? []), status]);
  }
  return Object.fromEntries([...byHttp].map(([http, statuses]) => [http, refusal(http, statuses, components)]));
}

export function refusal(http: number, statuses: readonly ErrorStatus[], components: Components): JsonSchema {
  const body = z.strictObject({
    error: z.strictObject({ message: z.string(), status: z.enum(statuses), details: details.optional() }),
  });
  const meaning = HTTP_MEANING[http];
  return {
    description: meaning ?? statuses.map((status) => `${status}: ${MEANING[status]}`).join('\n\n'),
    content: { 'application/json': { schema: jsonSchemaOf(body, components) } },
  };
}

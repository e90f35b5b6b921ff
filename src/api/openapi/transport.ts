// What the HTTP server itself adds to every operation: headers of answers, and its refusals of what never reaches one.
import { z } from 'zod';
import { HEADER_BYTES_MAX, HEADERS_MS_MAX, REQUEST_MS_MAX } from '../server';
import { type Components, type JsonSchema, jsonSchemaOf } from './json-schema';

type Answers = Readonly<Record<string, object>>;

/** OpenAPI's `components.headers`. */
export const HEADERS = {
  'X-Request-Id': {
    description:
      "The caller's, when it is 1 to 128 of A-Z a-z 0-9 . _ : -, else one of ours. The log knows the request by it.",
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': { description: 'In seconds.', required: true, schema: { type: 'integer', minimum: 1 } },
} as const satisfies Readonly<Record<string, JsonSchema>>;

/** These answers say when to come again. */
const PASSING: ReadonlySet<string> = new Set(['429', '503', '504']);

/** An operation's answers by HTTP code, with their headers, and those that the server gives in its place unless it says them itself. */
export function asServed<A extends Answers>(answers: A, components: Components): A {
  const all = Object.entries({ ...serverRefusals(components), ...answers });
  return Object.fromEntries(all.map(([http, answer]) => [http, { ...answer, headers: headersOf(http) }])) as A;
}

function headersOf(http: string): Readonly<Record<string, JsonSchema>> {
  const names = PASSING.has(http) ? Object.keys(HEADERS) : ['X-Request-Id'];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** The approval API's, and of whoever's request nothing is known yet. */
const envelope = z.strictObject({
  error: z.strictObject({ message: z.string(), status: z.literal('INVALID_ARGUMENT') }),
});

const TIMED_OUT = `The request was not whole after ${REQUEST_MS_MAX / 1000} seconds, or its headers after ${HEADERS_MS_MAX / 1000}; the connection ends.`;

/** The 403 of those who need no other. */
export const MISNAMED = 'Only in development mode: the server was called by a name that is not its own.';

/** The 408 of those who have words of their own: where the headers are not whole, nobody knows whose the request is. */
export const timedOut = (own: z.ZodType) => ({ description: TIMED_OUT, body: z.union([own, envelope]) });

function serverRefusals(components: Components): Answers {
  const content = { 'application/json': { schema: jsonSchemaOf(envelope, components) } };
  return {
    408: { description: TIMED_OUT, content },
    431: {
      description: `The headers have more than ${HEADER_BYTES_MAX} bytes together; the connection ends.`,
      content,
    },
  };
}

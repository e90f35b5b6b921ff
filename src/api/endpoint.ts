// The one wrapper of every operation: authenticate, read, check, handle, answer (contract 1 section 1).
import type { Response } from 'express';
import { z } from 'zod';
import { issueText } from '../definition/issue-texts';
import type { Caller } from './authentication';
import type { Gate } from './edge/gate';
import { ApiError, type ErrorStatus, type Issue } from './errors';
import { readJsonBody } from './json-body';
import type { Operation } from './operations';
import { countOutcomeOf } from './outcomes';

export interface Call {
  readonly workspace: string;
  readonly requestId: string;
  /** Adds to the request's log line. */
  note(fields: Readonly<Record<string, string>>): void;
}

/** What an operation can refuse beside that which any can (openapi): its own documented errors. */
export type OwnError = Extract<
  ErrorStatus,
  'NOT_FOUND' | 'ALREADY_EXISTS' | 'FAILED_PRECONDITION' | 'DEADLINE_EXCEEDED'
>;

/** A request and its answer, as the reference shows them. */
export interface Example {
  readonly summary: string;
  readonly data: object;
  readonly result: object;
}

/** What a schema describes, as a handler may hand it out: lists that nobody changes are fine. */
export type Shown<T> = T extends readonly (infer U)[]
  ? readonly Shown<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Shown<T[K]> }
    : T;

/** One operation: `POST /v2/workflow/<path>` with `{ data }` of this schema, answered by `{ result }` of that one. */
export interface Endpoint<S extends z.ZodType = z.ZodType, R extends z.ZodType<object> = z.ZodType<object>> {
  /** `executions/dispatch` */
  readonly path: string;
  /** One line for the reference. */
  readonly summary: string;
  /** What else a caller should know, as Markdown paragraphs. */
  readonly description: string;
  readonly data: S;
  /** Describes the answer and types it; the answer itself is not parsed. */
  readonly result: R;
  readonly errors: readonly OwnError[];
  /** What whoever sent too large a body may do about it, as a sentence. */
  readonly ifTooLarge?: string;
  readonly examples: readonly [Example, ...Example[]];
  handle(call: Call, data: z.output<S>): Promise<Shown<z.input<R>>>;
}

/** Gives an endpoint its place among others; the wrapper has checked what the handler gets. */
export const endpoint = <S extends z.ZodType, R extends z.ZodType<object> = z.ZodType<object>>(
  definition: Endpoint<S, R>,
): Endpoint => definition as unknown as Endpoint;

export function serve({ path, data, ifTooLarge, handle }: Endpoint, gate: Gate): Operation {
  const envelope = z.strictObject({ data });
  return async (request, response) => {
    response.locals.operation = path;
    const { caller, leave } = await gate.admit(request);
    try {
      const call = callOf(caller, response);
      const body = checkedBody(envelope, await readJsonBody(request, response).catch(advising(ifTooLarge)));
      const result = await handle(call, body.data);
      countOutcomeOf(result as object);
      response.json({ result });
    } finally {
      leave();
    }
  };
}

/** The call of somebody who was let in: from now on the request's log line says who it is. */
export function callOf({ workspace, tokenName }: Caller, { locals }: Response): Call {
  const noted: Record<string, string> = { workspace, tokenName };
  locals.noted = noted;
  return { workspace, requestId: locals.requestId, note: (fields) => void Object.assign(noted, fields) };
}

/** Throws the error, and tells of a body that is too large what helps. */
const advising =
  (advice: string | undefined) =>
  (error: unknown): never => {
    if (advice === undefined || !(error instanceof ApiError) || error.http !== 413) throw error;
    throw new ApiError(error.status, `${error.message} ${advice}`, { http: 413, cause: error });
  };

/** What the schema makes of a body. Throws INVALID_ARGUMENT. */
export function checkedBody<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body, { error: issueText });
  if (parsed.success) return parsed.data;
  throw schemaFailure(parsed.error);
}

/** All that is wrong at once: the message names the first, the details all of them. */
function schemaFailure(error: z.ZodError): ApiError {
  const issues = error.issues.map(
    (issue): Issue => ({
      code: issue.code ?? 'custom',
      path: issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
      message: issue.message,
    }),
  );
  const [first] = issues;
  const place = first && first.path.length > 0 ? first.path.join('.') : 'body';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see details.issues)` : '';
  return new ApiError('INVALID_ARGUMENT', `${place}: ${first?.message ?? 'invalid request'}${more}`, {
    details: { issues },
  });
}

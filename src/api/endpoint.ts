// The one wrapper of every operation: authenticate, read, check, handle, answer (contract 1 section 1).
import type { RequestHandler } from 'express';
import { z } from 'zod';
import type { ApiKeys } from '../config/api-keys-file';
import { authenticate } from './authentication';
import { ApiError, type Issue } from './errors';
import { readJsonBody } from './json-body';

export interface Call {
  readonly workspace: string;
  readonly requestId: string;
  /** Adds to the request's log line. */
  note(fields: Readonly<Record<string, string>>): void;
}

/** One operation: `POST /v2/workflow/<path>` with `{ data }` of this schema. */
export interface Endpoint<S extends z.ZodType = z.ZodType> {
  /** `executions/dispatch` */
  readonly path: string;
  readonly data: S;
  handle(call: Call, data: z.output<S>): Promise<object>;
}

/** Gives an endpoint its place among others; the wrapper has checked what the handler gets. */
export const endpoint = <S extends z.ZodType>(definition: Endpoint<S>): Endpoint => definition as unknown as Endpoint;

export function serve({ data, handle }: Endpoint, apiKeys: ApiKeys): RequestHandler {
  const envelope = z.strictObject({ data });
  return async (request, response) => {
    const workspace = authenticate(request, apiKeys);
    response.locals.noted = { workspace };
    const body = await readJsonBody(request);
    const parsed = envelope.safeParse(body);
    if (!parsed.success) throw schemaFailure(parsed.error);
    const note = (fields: Readonly<Record<string, string>>) => Object.assign(response.locals.noted, fields);
    const result = await handle({ workspace, requestId: response.locals.requestId, note }, parsed.data.data);
    response.json({ result });
  };
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
  const place = first && first.path.length > 0 ? `${first.path.join('.')}: ` : '';
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more, see details.issues)` : '';
  return new ApiError('INVALID_ARGUMENT', `${place}${first?.message ?? 'invalid request'}${more}`, {
    details: { issues },
  });
}

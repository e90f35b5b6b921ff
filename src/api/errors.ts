// Refusals of the API: one class, one table from canonical status to HTTP (contract 1 section 1).
import type { Finding } from '../definition/finding';

export type ErrorStatus =
  | 'INVALID_ARGUMENT'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'RESOURCE_EXHAUSTED'
  | 'DEADLINE_EXCEEDED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

const HTTP: Readonly<Record<ErrorStatus, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  FAILED_PRECONDITION: 400,
  RESOURCE_EXHAUSTED: 429,
  DEADLINE_EXCEEDED: 504,
  UNAVAILABLE: 503,
  INTERNAL: 500,
};

export const httpOf = (status: ErrorStatus): number => HTTP[status];

/** These pass: the client is told when to try again. */
const RETRY_AFTER_SECONDS: Readonly<Partial<Record<ErrorStatus, number>>> = {
  RESOURCE_EXHAUSTED: 1,
  DEADLINE_EXCEEDED: 2,
  UNAVAILABLE: 2,
};

export interface ErrorDetails {
  readonly issues?: readonly Issue[];
  readonly lint?: readonly Finding[];
}
export interface Issue {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A refusal with a message for the caller: it says what to do and holds no internals. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly http: number;
  readonly retryAfterSeconds: number | null;

  constructor(
    readonly status: ErrorStatus,
    message: string,
    readonly extra: {
      readonly details?: ErrorDetails;
      readonly http?: 408 | 409 | 413 | 415 | 422 | 431;
      readonly retryAfterSeconds?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, { cause: extra.cause });
    this.http = extra.http ?? HTTP[status];
    this.retryAfterSeconds = extra.retryAfterSeconds ?? RETRY_AFTER_SECONDS[status] ?? null;
  }

  toBody(): object {
    const { details } = this.extra;
    return { error: { message: this.message, status: this.status, ...(details ? { details } : {}) } };
  }
}

/** An INVALID_ARGUMENT for one field, which `details` names as a failure of the schema would. `text` tells it to the caller. */
export function invalidField(
  path: readonly (string | number)[],
  message: string,
  { text = message, cause }: { readonly text?: string; readonly cause?: unknown } = {},
): ApiError {
  const issues = [{ code: 'custom', path: ['data', ...path], message }];
  return new ApiError('INVALID_ARGUMENT', text, { details: { issues }, cause });
}

/** A bug: the message tells the request id, by which the log tells more. */
export function internalError(requestId: string, cause: unknown): ApiError {
  return new ApiError('INTERNAL', `Something went wrong on our side; report it with the request id ${requestId}.`, {
    cause,
  });
}

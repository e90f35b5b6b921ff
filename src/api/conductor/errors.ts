// What Conductor's clients are told of a refusal (contract 5 section 1, Errors).
import type { z } from 'zod';
import { issueText } from '../../definition/issue-texts';
import { ApiError, type ErrorStatus } from '../errors';

/** A refusal with fields of its own; what else is refused has the usual ones. */
export class ConductorError extends ApiError {
  constructor(
    status: ErrorStatus,
    message: string,
    readonly fields: object | null = null,
  ) {
    super(status, message);
  }
}

/** Which of them it was, a client acts upon: it takes a new token and asks again. */
export const tokenError = (error: 'INVALID_TOKEN' | 'EXPIRED_TOKEN', message: string): ConductorError =>
  new ConductorError('UNAUTHENTICATED', message, { error, message });

export interface ValidationError {
  readonly path: string;
  readonly message: string;
  readonly invalidValue: unknown;
}

export function validationFailed(validationErrors: readonly ValidationError[]): ConductorError {
  const message = 'Validation failed, check below errors for detail.';
  const reason = validationErrors.map((one) => `${one.path}: ${one.message}`).join('; ');
  return new ConductorError('INVALID_ARGUMENT', reason, { status: 400, message, retryable: false, validationErrors });
}

/** What is, or may hold, a secret when it has the wrong type is not repeated; '' is the whole body. */
const UNTOLD: ReadonlySet<string> = new Set([
  '',
  'keyId',
  'keySecret',
  'input',
  'workflowDef',
  'externalInputPayloadStoragePath',
]);

/** The value that the schema makes of what came. Throws a validation error. */
export function checked<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value, { error: issueText });
  if (parsed.success) return parsed.data;
  throw validationFailed(
    parsed.error.issues.map(({ path, message }) => ({
      path: path.join('.'),
      message,
      invalidValue: UNTOLD.has(path.join('.')) ? null : (valueAt(value, path) ?? null),
    })),
  );
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

/** `instance` is what the log knows the request by. */
export function inConductorsWords(refusal: ApiError, requestId: string): object {
  if (refusal instanceof ConductorError && refusal.fields) return refusal.fields;
  if (refusal.status === 'UNAUTHENTICATED') return { error: 'INVALID_TOKEN', message: refusal.message };
  const { http: status, message } = refusal;
  return { status, message, instance: requestId, retryable: status >= 500 };
}

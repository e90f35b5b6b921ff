// What Flowker's clients are told of a refusal: a code of Flowker's, a title, a message (contract 5 section 2).
import { assertNever } from '../../definition/json';
import { ApiError, type ErrorStatus } from '../errors';

interface Code {
  readonly status: ErrorStatus;
  readonly http?: 413 | 422;
  readonly title: string;
}

export const CODES = {
  'FLK-0001': { status: 'INVALID_ARGUMENT', title: 'Bad Request' },
  'FLK-0002': { status: 'INVALID_ARGUMENT', title: 'Invalid Identifier' },
  'FLK-0100': { status: 'NOT_FOUND', title: 'Workflow Not Found' },
  'FLK-0105': { status: 'INVALID_ARGUMENT', http: 422, title: 'Input Not Accepted' },
  'FLK-0304': { status: 'INVALID_ARGUMENT', title: 'Invalid Status' },
  'FLK-0309': { status: 'INVALID_ARGUMENT', title: 'Invalid Limit' },
  'FLK-0500': { status: 'NOT_FOUND', title: 'Execution Not Found' },
  'FLK-0501': { status: 'FAILED_PRECONDITION', http: 422, title: 'Workflow Not Active' },
  'FLK-0502': { status: 'FAILED_PRECONDITION', http: 422, title: 'Execution Not Ended' },
  'FLK-0506': { status: 'INVALID_ARGUMENT', http: 413, title: 'Payload Too Large' },
  'FLK-0509': { status: 'INVALID_ARGUMENT', title: 'Invalid Idempotency Key' },
} as const satisfies Readonly<Record<string, Code>>;

export type FlowkerCode = keyof typeof CODES;

export class FlowkerError extends ApiError {
  constructor(
    readonly code: FlowkerCode,
    message: string,
  ) {
    const { status, ...rest }: Code = CODES[code];
    super(status, message, rest.http === undefined ? {} : { http: rest.http });
  }
}

export function inFlowkersWords(refusal: ApiError): object {
  const { message } = refusal;
  if (refusal instanceof FlowkerError) return { code: refusal.code, title: CODES[refusal.code].title, message };
  return { ...usual(refusal), message };
}

/** What is refused before, or behind, what Flowker has a code for. */
function usual({ status, http }: ApiError): { readonly code: string; readonly title: string } {
  if (http === 413) return { code: 'FLK-0506', title: CODES['FLK-0506'].title };
  if (http === 408) return { code: 'REQUEST_TIMEOUT', title: 'Request Timeout' };
  switch (status) {
    case 'UNAUTHENTICATED':
    case 'PERMISSION_DENIED':
      return { code: 'UNAUTHORIZED', title: 'Unauthorized' };
    case 'INVALID_ARGUMENT':
    case 'ALREADY_EXISTS':
    case 'FAILED_PRECONDITION':
      return { code: 'FLK-0001', title: CODES['FLK-0001'].title };
    case 'NOT_FOUND':
      return { code: 'NOT_FOUND', title: 'Not Found' };
    case 'RESOURCE_EXHAUSTED':
      return { code: 'TOO_MANY_REQUESTS', title: 'Too Many Requests' };
    case 'DEADLINE_EXCEEDED':
      return { code: 'GATEWAY_TIMEOUT', title: 'Gateway Timeout' };
    case 'UNAVAILABLE':
      return { code: 'SERVICE_UNAVAILABLE', title: 'Service Unavailable' };
    case 'INTERNAL':
      return { code: 'FLK-9999', title: 'Internal Server Error' };
    default:
      return assertNever(status);
  }
}

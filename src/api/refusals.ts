// The one place where refusals become answers.
import type { ErrorRequestHandler } from 'express';
import type { Logger } from '../logger';
import { isFaultOfTemporal } from '../temporal/grpc';
import { ApiError, internalError } from './errors';
import { said } from './words';

/** Express knows an error handler by its four parameters. */
export function answerRefusal(logger: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const { requestId } = response.locals;
    if (isTooLate(error) && !request.complete) {
      // Its body did not come, and was answered for that (server.ts): what its handler says now is no bug.
      response.destroy();
      return;
    }
    const refusal = error instanceof ApiError ? error : (badRequest(error) ?? internalError(requestId, error));
    if (refusal.status === 'INTERNAL') logger.error({ requestId, err: error }, 'a bug: request failed');
    // The caller may come again; whoever runs Temporal must learn what it said.
    else if (isFaultOfTemporal(refusal.cause)) logger.error({ requestId, err: refusal.cause }, 'Temporal failed');
    response.locals.refusal = refusal;
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    if (refusal.retryAfterSeconds !== null) response.setHeader('retry-after', String(refusal.retryAfterSeconds));
    response.status(refusal.http).json(said(refusal, response));
  };
}

/** The answer has been given already. */
const isTooLate = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_HTTP_HEADERS_SENT';

/** What Express refuses by itself, such as a path that cannot be decoded, or a body that its parser does not take. */
function badRequest(error: unknown): ApiError | null {
  const status = typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 500;
  if (status < 400 || status >= 500) return null;
  if (status === 413) return new ApiError('INVALID_ARGUMENT', 'The body is too large.', { http: 413, cause: error });
  return new ApiError('INVALID_ARGUMENT', 'The request is malformed.', { cause: error });
}

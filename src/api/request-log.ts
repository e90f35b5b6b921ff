// One structured line per request, when it is answered: who, what, how it ended, how long it took. No secrets.
import type { RequestHandler } from 'express';
import type { Logger } from '../logger';
import type { ApiError } from './errors';

export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    const path = request.path.slice(0, 200);
    response.on('close', () => {
      const { requestId, noted, refusal } = response.locals as {
        requestId: string;
        noted?: object;
        refusal?: ApiError;
      };
      const line = {
        requestId,
        method: request.method,
        path,
        status: response.statusCode,
        ...noted,
        ms: Number((process.hrtime.bigint() - startedAt) / 1_000_000n),
        ...(refusal ? { refused: refusal.status, reason: refusal.message.slice(0, 500) } : {}),
      };
      if (response.statusCode >= 500) logger.warn(line, 'request failed');
      else logger.info(line, 'request');
    });
    next();
  };
}

// One structured line per request, when it is answered: who, what, how it ended, how long it took. No secrets.
import type { RequestHandler } from 'express';
import type { Logger } from '../logger';
import { answeredStatus } from './answered-status';
import type { ApiError } from './errors';

/** Asked every few seconds by whatever watches the process: while they are well they would fill the log. */
const PROBES: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);
/** What a caller sent may be long. */
const NOTED_LENGTH_MAX = 220;

export function logRequests(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = process.hrtime.bigint();
    const path = request.path.slice(0, 200);
    response.on('close', () => {
      const { requestId, noted, refusal } = response.locals as {
        requestId: string;
        noted?: Readonly<Record<string, string>>;
        refusal?: ApiError;
      };
      const status = answeredStatus(response);
      const line = {
        requestId,
        method: request.method,
        path,
        status,
        ...shortened(noted),
        ms: Number((process.hrtime.bigint() - startedAt) / 1_000_000n),
        ...(refusal ? { refused: refusal.status, reason: refusal.message.slice(0, 500) } : {}),
      };
      if (status >= 500) logger.warn(line, 'request failed');
      // Callers who do not slow down get no line each.
      else if (status === 429 || PROBES.has(path)) logger.debug(line, 'request');
      else logger.info(line, 'request');
    });
    next();
  };
}

function shortened(noted: Readonly<Record<string, string>> = {}): object {
  return Object.fromEntries(Object.entries(noted).map(([name, text]) => [name, text.slice(0, NOTED_LENGTH_MAX)]));
}

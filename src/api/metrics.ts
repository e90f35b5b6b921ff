// GET /metrics for Prometheus, and the counting of requests (contract 1 section 4).
import { type RequestHandler, type Response, Router } from 'express';
import { CONTENT_TYPE, exposition } from '../metrics/registry';
import { countRequest } from '../metrics/requests';
import { answeredStatus } from './answered-status';

/** Paths that are no operation are counted as one. */
export const countRequests: RequestHandler = (_request, response, next) => {
  const startedAt = performance.now();
  response.on('close', () => {
    const operation = String(response.locals.operation ?? 'none');
    countRequest(operation, answeredStatus(response), (performance.now() - startedAt) / 1000);
  });
  next();
};

export function metrics(): Router {
  const router = Router();
  router.get('/metrics', async (_request, response: Response) => {
    response.setHeader('content-type', CONTENT_TYPE);
    response.end(await exposition());
  });
  return router;
}

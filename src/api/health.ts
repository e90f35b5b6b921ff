// GET /healthz: the process lives. GET /readyz: work can be done, else 503 naming what is missing (contract 1 section 4).
import { type Request, type Response, Router } from 'express';
import type { Readiness } from '../temporal/readiness';

export function health(readiness: () => Promise<Readiness>): Router {
  const router = Router();
  const look = together(readiness);
  router.get('/healthz', (_request: Request, response: Response) => {
    response.json({ status: 'ok' });
  });
  router.get('/readyz', async (_request: Request, response: Response) => {
    const { ready, missing } = await look();
    response.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not ready', missing });
  });
  return router;
}

/** Who asks while a look is under way is answered by it: anybody may ask, and each look costs two calls to Temporal. */
function together<T>(look: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= look().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

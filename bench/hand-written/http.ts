// The HTTP shell of the hand-written facades, of the same shape as our API: Express, zod, credentials, an envelope, deadlines.
import { timingSafeEqual } from 'node:crypto';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { z } from 'zod';
import { HEADERS } from '../headers';

/** What an engine may take to answer one call. */
export const ANSWER_MS_MAX = 4_000;

export const dispatchData = z.strictObject({
  idempotencyKey: z.string().regex(/^[\w:.-]{1,200}$/),
  triggerContext: z.record(z.string(), z.unknown()),
});
export const executionData = z.strictObject({ executionId: z.string() });
export const decisionData = z.strictObject({
  executionId: z.string(),
  stepId: z.string(),
  reviewerId: z.string(),
  decision: z.enum(['approve', 'reject']),
});

export interface HttpFacade {
  serve<S extends z.ZodType>(path: string, data: S, handle: (data: z.output<S>) => Promise<object>): void;
  /** After all `serve`. */
  listen(port: number): void;
}

/** `bounded` fails a call that has taken `ANSWER_MS_MAX`. */
export function httpFacade(bounded: <T>(call: () => Promise<T>) => Promise<T>): HttpFacade {
  const app = express();
  app.use(helmet());
  app.use(onlyWithCredentials);
  app.use(express.json({ limit: '1mb' }));
  return {
    serve<S extends z.ZodType>(path: string, data: S, handle: (data: z.output<S>) => Promise<object>) {
      const envelope: z.ZodType<{ data: z.output<S> }> = z.strictObject({ data }) as never;
      app.post(`/v2/workflow/${path}`, async (request: Request, response: Response) => {
        const parsed = envelope.safeParse(request.body);
        if (!parsed.success) {
          response.status(400).json({ error: { status: 'INVALID_ARGUMENT', message: parsed.error.message } });
          return;
        }
        response.json({ result: await bounded(() => handle(parsed.data.data)) });
      });
    },
    listen(port) {
      app.use((error: unknown, _request: Request, response: Response, _next: NextFunction) => {
        response.status(503).json({ error: { status: 'UNAVAILABLE', message: String(error) } });
      });
      app.listen(port, '127.0.0.1');
    },
  };
}

function onlyWithCredentials(request: Request, response: Response, next: NextFunction): void {
  const isKnown =
    same(request.headers['x-velt-api-key'], HEADERS['x-velt-api-key']) &&
    same(request.headers['x-velt-auth-token'], HEADERS['x-velt-auth-token']);
  if (isKnown) next();
  else response.status(401).json({ error: { status: 'UNAUTHENTICATED' } });
}

function same(given: unknown, expected: string): boolean {
  const [a, b] = [Buffer.from(String(given)), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

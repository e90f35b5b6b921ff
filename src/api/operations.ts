// Finds an operation by its whole path. A router would try the paths of all operations in turn, for each request and again
// for each refusal; that was a third of what a refused stranger cost.
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';

/** Answers a request, or rejects with the refusal. */
export type Operation = (request: Request, response: Response) => Promise<void>;

/** Serves these under their paths by POST, and lets everything else pass. */
export function operationsByPath(
  operations: ReadonlyMap<string, Operation>,
  refuse: ErrorRequestHandler,
): RequestHandler {
  return (request, response, next) => {
    const operation = request.method === 'POST' ? operations.get(request.path) : undefined;
    if (operation === undefined) next();
    else operation(request, response).catch((error: unknown) => refuse(error, request, response, next));
  };
}

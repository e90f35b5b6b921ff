// Flowker's dialect: its operations and their paths (contract 5 section 2).
import { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import type { DialectAccess } from '../../config/dialect-access';
import { routeOf, serveDialect } from '../dialect';
import type { Gate } from '../edge/gate';
import { ApiError } from '../errors';
import { undecodableIdsAsWritten } from '../escapes';
import type { DispatchDependencies } from '../executions/dispatching';
import type { ExecutionLister } from '../executions/listing';
import { dialectDocument } from '../openapi/dialect-document';
import { MISNAMED, timedOut } from '../openapi/transport';
import { nothingAt } from '../unknown-route';
import { identifyFlowker } from './authentication';
import { getExecution, getResults } from './by-id';
import { executeWorkflow } from './execute';
import { listExecutions } from './list';

export interface FlowkerDependencies extends DispatchDependencies {
  readonly gate: Gate;
  readonly dialectAccess: DialectAccess;
  readonly executionLists: ExecutionLister;
}

/** `/v1/workflow` is the approval API's, and not touched. */
const ROOTS = ['/v1/workflows', '/v1/executions'];

export function flowker(dependencies: FlowkerDependencies, version: string): Router {
  const operations = [
    executeWorkflow(dependencies),
    listExecutions(dependencies),
    getExecution(dependencies),
    getResults(dependencies),
  ];
  const document = dialectDocument(operations, {
    title: 'Countersign, as Flowker',
    version,
    description:
      "The part of Flowker's API that starts executions and reads them. `/v2/workflow` has all of Countersign (`/openapi.json`).",
    security: { ApiKeyAuth: { type: 'apiKey', in: 'header', name: 'X-API-Key' } },
    refusals: REFUSALS,
  });

  const router = Router();
  router.use(undecodableIdsAsWritten(/^\/v1\/(?:workflows|executions)\//i));
  router.get('/openapi-flowker.json', (_request, response) => void response.json(document));
  const identify = identifyFlowker(dependencies.dialectAccess);
  for (const operation of operations) {
    router[operation.method](routeOf(operation), serveDialect(operation, dependencies.gate, identify));
  }
  router.use(ROOTS, unknownRoute);
  return router;
}

const unknownRoute: RequestHandler = (request) => {
  throw new ApiError('NOT_FOUND', `${nothingAt(request)} (docs/dialects.md).`);
};

const body = z.strictObject({ code: z.string(), title: z.string(), message: z.string() }).meta({ id: 'ErrorResponse' });

const REFUSALS = {
  400: { description: 'FLK-0001, FLK-0002, FLK-0304, FLK-0309 or FLK-0509: what was sent is wrong.', body },
  401: { description: 'UNAUTHORIZED: the API key is missing, not known, or not for use here.', body },
  403: { description: `UNAUTHORIZED. ${MISNAMED}`, body },
  404: { description: 'FLK-0100 or FLK-0500: there is no such workflow or execution.', body },
  408: timedOut(body),
  413: { description: 'FLK-0506: the body is larger than 1,048,576 bytes.', body },
  422: { description: 'FLK-0105, FLK-0501 or FLK-0502: it exists, and does not allow this.', body },
  429: { description: 'TOO_MANY_REQUESTS: try again after `Retry-After` seconds.', body },
  500: { description: 'FLK-9999: a bug.', body },
  503: { description: 'SERVICE_UNAVAILABLE: try again after `Retry-After` seconds.', body },
  504: {
    description:
      'GATEWAY_TIMEOUT: the engine did not answer in time. To ask again is safe, a start under the same `Idempotency-Key`.',
    body,
  },
} as const;

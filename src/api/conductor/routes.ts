// Conductor's dialect: its operations, and which path means which (contract 5 section 1).
import { type RequestHandler, Router } from 'express';
import { type DialectOperation, routeOf, serveDialect } from '../dialect';
import type { Gate } from '../edge/gate';
import { undecodableIdsAsWritten } from '../escapes';
import type { DispatchDependencies } from '../executions/dispatching';
import type { ExecutionLister } from '../executions/listing';
import { dialectDocument } from '../openapi/dialect-document';
import { nothingAt } from '../unknown-route';
import { type ConductorAccess, identifyConductor } from './authentication';
import { getWorkflow, getWorkflowStatus, terminateWorkflow } from './by-id';
import { ConductorError } from './errors';
import { correlatedWorkflows, runningWorkflows } from './lists';
import { refusals } from './refusal-schema';
import { startByName, startByVersion } from './start-by-name';
import { startByRequest } from './start-by-request';
import { giveToken, identifyByBody } from './token';

export interface ConductorDependencies extends DispatchDependencies, ConductorAccess {
  readonly gate: Gate;
  readonly executionLists: ExecutionLister;
}

/** First segments that mean something else in Conductor than a workflow's name or id, whether it stands here or not. */
const LITERALS =
  /^(start|running|correlated|search|search-v2|search-by-tasks|search-by-tasks-v2|bulk|execute|test|decide|externalstoragelocation)$/;

/** The path up to a name or an id, and up to what stands behind a name: a version, or a correlation id. */
const BEFORE_IDS: readonly RegExp[] = [
  /^\/api\/workflow\/(?:(?:start|running)\/(?=[^?]))?/i,
  /^\/api\/workflow\/(?:start\/[^/?]+|[^/?]+\/correlated)\//i,
];

/** Serves everything below /api. */
export function conductor(dependencies: ConductorDependencies, version: string): Router {
  const { gate } = dependencies;
  const literal = [startByRequest(dependencies), startByVersion(dependencies), runningWorkflows(dependencies)];
  const named = [
    startByName(dependencies),
    correlatedWorkflows(dependencies),
    getWorkflowStatus(dependencies),
    getWorkflow(dependencies),
    terminateWorkflow(dependencies),
  ];
  const token = giveToken(dependencies);
  const document = documentOf([token, ...literal, ...named], version);

  const router = Router();
  for (const before of BEFORE_IDS) router.use(undecodableIdsAsWritten(before));
  router.get('/openapi-conductor.json', (_request, response) => void response.json(document));
  const serve = (operation: DialectOperation, identify = identifyConductor(dependencies)) =>
    router[operation.method](routeOf(operation), serveDialect(operation, gate, identify));
  serve(token, identifyByBody(dependencies));
  for (const operation of literal) serve(operation);
  router.use('/api/workflow/:literal', unlessNamed);
  for (const operation of named) serve(operation);
  router.use('/api', unknownRoute);
  return router;
}

const unlessNamed: RequestHandler<{ literal: string }> = (request, _response, next) => {
  if (LITERALS.test(request.params.literal)) throw noRoute(request);
  next();
};

const unknownRoute: RequestHandler = (request) => {
  throw noRoute(request);
};

const noRoute = (request: Parameters<typeof nothingAt>[0]): ConductorError =>
  new ConductorError('NOT_FOUND', `${nothingAt(request)} (docs/dialects.md).`);

const documentOf = (operations: readonly DialectOperation[], version: string) =>
  dialectDocument(operations, {
    title: 'Countersign, as Conductor',
    version,
    description:
      "The part of Conductor's API that starts, reads and ends workflows. `/v2/workflow` has all of Countersign (`/openapi.json`).",
    security: { xAuthorization: { type: 'apiKey', in: 'header', name: 'X-Authorization' } },
    open: ['generateToken'],
    refusals,
  });

// The Express application: request ids, headers and routes.
import type { PayloadCodec } from '@temporalio/common';
import express, { type Express, type RequestHandler } from 'express';
import type { AgentDirectory } from '../config/agent-directory';
import type { DialectAccess } from '../config/dialect-access';
import type { Logger } from '../logger';
import type { CallbackTokens } from '../outbound/callback-token';
import type { OutboundAllow } from '../outbound/destination';
import type { Sealer } from '../outbound/seal';
import type { Readiness } from '../temporal/readiness';
import { VERSION } from '../version';
import { type CodecAccess, codecEndpoint } from './codec';
import { conductor } from './conductor/routes';
import type { SessionTokens } from './conductor/session-token';
import { createDefinition } from './definitions/create';
import { deleteDefinition } from './definitions/delete';
import { getDefinition } from './definitions/get';
import { lintAuthoredDefinition } from './definitions/lint';
import { listAllDefinitions } from './definitions/list';
import { listDefinitionVersions } from './definitions/list-versions';
import type { DefinitionStore } from './definitions/store';
import { updateDefinition } from './definitions/update';
import type { Gate } from './edge/gate';
import { dropLeftoverBody } from './edge/leftover-body';
import { NO_STORE, SECURITY_HEADERS } from './edge/security-headers';
import { type Endpoint, serve } from './endpoint';
import { ApiError } from './errors';
import { cancelExecution } from './executions/cancel';
import type { DeliveryGateway } from './executions/deliveries';
import { dispatchExecution } from './executions/dispatch';
import type { ExecutionGateway } from './executions/gateway';
import { getExecution } from './executions/get';
import { getExecutionEvents } from './executions/get-events';
import { listExecutions } from './executions/list';
import { listDeliveries } from './executions/list-deliveries';
import type { ExecutionLister } from './executions/listing';
import { redeliver } from './executions/redeliver';
import { flowker } from './flowker/routes';
import { health } from './health';
import { INBOUND_PATH, inboundOperation } from './inbound/reference';
import { INBOUND_PATHS, inboundWebhook } from './inbound/trigger';
import { countRequests, metrics } from './metrics';
import { reference } from './openapi/serve';
import { type Operation, operationsByPath } from './operations';
import { answerRefusal } from './refusals';
import { assignRequestId } from './request-id';
import { logRequests } from './request-log';
import type { ReviewerInbox } from './reviews/inbox';
import { listReviews } from './reviews/list';
import { CALLBACK_REFERENCE_PATH, callbackOperation } from './steps/callback-reference';
import { cancelStep } from './steps/cancel';
import { reassignReviewer } from './steps/reassign';
import { recordAgentResolution } from './steps/record-agent-resolution';
import { recordReviewerDecision } from './steps/record-reviewer-decision';
import { resolveStep } from './steps/resolve';
import { CALLBACK_PATHS, webhookCallback } from './steps/webhook-callback';
import { nothingAt } from './unknown-route';
import { chooseWords } from './words';

export interface AppDependencies {
  readonly gate: Gate;
  readonly dialectAccess: DialectAccess;
  readonly conductorSessions: SessionTokens;
  readonly definitions: DefinitionStore;
  readonly executions: ExecutionGateway;
  readonly deliveries: DeliveryGateway;
  readonly executionLists: ExecutionLister;
  readonly inbox: ReviewerInbox;
  readonly sealer: Sealer;
  readonly callbacks: CallbackTokens;
  readonly allow: OutboundAllow;
  readonly agents: AgentDirectory;
  readonly stepsMax: number;
  readonly readiness: () => Promise<Readiness>;
  /** Null: it is served by whatever name it is called. */
  readonly onlyByOwnName: RequestHandler | null;
  /** Null: no endpoint decodes payloads. */
  readonly codec: { readonly codec: PayloadCodec; readonly access: CodecAccess } | null;
  readonly logger: Logger;
}

export function createApp(dependencies: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(assignRequestId);
  app.use(chooseWords);
  app.use(logRequests(dependencies.logger));
  app.use(SECURITY_HEADERS);
  app.use(NO_STORE);
  app.use(dropLeftoverBody);
  app.use(countRequests);
  if (dependencies.onlyByOwnName) app.use(dependencies.onlyByOwnName);

  const endpoints = endpointsOf(dependencies);
  const refuse = answerRefusal(dependencies.logger);
  app.use(operationsByPath(operationsOf(endpoints, dependencies.gate), refuse));
  app.use(health(dependencies.readiness));
  if (dependencies.codec)
    app.use(codecEndpoint(dependencies.codec.codec, dependencies.codec.access, dependencies.gate));
  app.use(metrics());
  app.use(
    reference({
      endpoints,
      others: { [INBOUND_PATH]: inboundOperation, [CALLBACK_REFERENCE_PATH]: callbackOperation },
      version: VERSION,
    }),
  );
  app.post(INBOUND_PATHS, inboundWebhook(dependencies));
  app.post(CALLBACK_PATHS, webhookCallback(dependencies));
  app.use(conductor(dependencies, VERSION));
  app.use(flowker(dependencies, VERSION));
  app.use(unknownRoute);
  app.use(refuse);
  return app;
}

const endpointsOf = (dependencies: AppDependencies): readonly Endpoint[] => [
  createDefinition(dependencies),
  getDefinition(dependencies),
  listAllDefinitions(dependencies),
  updateDefinition(dependencies),
  deleteDefinition(dependencies),
  listDefinitionVersions(dependencies),
  lintAuthoredDefinition(dependencies),
  dispatchExecution(dependencies),
  getExecution(dependencies),
  listExecutions(dependencies),
  cancelExecution(dependencies),
  getExecutionEvents(dependencies),
  listDeliveries(dependencies),
  redeliver(dependencies),
  recordReviewerDecision(dependencies),
  recordAgentResolution(dependencies),
  resolveStep(dependencies),
  cancelStep(dependencies),
  reassignReviewer(dependencies),
  listReviews(dependencies),
];

function operationsOf(endpoints: readonly Endpoint[], gate: Gate): ReadonlyMap<string, Operation> {
  const served = endpoints.map((endpoint) => [endpoint.path, serve(endpoint, gate)] as const);
  return new Map(['/v2/workflow/', '/v1/workflow/'].flatMap((root) => served.map(([path, it]) => [root + path, it])));
}

const unknownRoute: RequestHandler = (request) => {
  throw new ApiError(
    'NOT_FOUND',
    `${nothingAt(request)}; operations are POST /v2/workflow/<noun>/<verb>, and GET /docs lists them.`,
  );
};

// webhook-inbound/trigger: starts an execution because of a signed request from elsewhere (contract 4 section 1).
import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Json } from '../../definition/json';
import { type Obstacle, type StartDependencies, startFound } from '../../dispatch/start-once';
import { WEBHOOK_AUTH_RULE } from '../../dispatch/webhook-tokens';
import { countFailedAuthentication } from '../../metrics/authentication';
import { executionIdOf, inboundKeyOf } from '../../workflows/contract/ids';
import type { DefinitionStore } from '../definitions/store';
import type { Gate } from '../edge/gate';
import { ApiError } from '../errors';
import { INPUT_TOO_LARGE } from '../executions/dispatching';
import { jsonOf, readBytes } from '../json-body';
import { once } from '../once';
import { countOutcomeOf } from '../outcomes';
import { isAuthentic, textOf } from './authentic';
import { isAllowed, isObject, sourceEventIdOf, triggerContextOf } from './event';
import { type Address, type FoundTrigger, findTrigger } from './find-trigger';
import { INBOUND_PATH } from './reference';

interface Dependencies extends StartDependencies {
  readonly gate: Gate;
  readonly definitions: DefinitionStore;
}

export const INBOUND_PATHS = [`/v2/workflow/${INBOUND_PATH}`, `/v1/workflow/${INBOUND_PATH}`];

export function inboundWebhook(dependencies: Dependencies): RequestHandler {
  return async (request, response) => {
    response.locals.operation = INBOUND_PATH;
    const { caller, leave } = await dependencies.gate.admitByApiKey(request, apiKeyOf(request));
    try {
      const { workspace } = caller;
      response.locals.noted = { workspace };
      const answer = await trigger(dependencies, workspace, { request, response });
      countOutcomeOf(answer);
      response.json(answer);
    } finally {
      leave();
    }
  };
}

async function trigger(
  dependencies: Dependencies,
  workspace: string,
  { request, response }: { readonly request: Request; readonly response: Response },
): Promise<object> {
  const bytes = await readBytes(request, response);
  const { headers } = request;
  const body = once(() => jsonIn(request, bytes));
  const address = addressOf(request, body);
  const { definitionId, triggerId } = address;
  Object.assign(response.locals.noted, { definitionId, triggerId });
  const found = await findTrigger(dependencies, workspace, address);
  const { webhook, secret, exists } = found;
  const isSigned = isAuthentic({ bytes, headers }, webhook, secret);
  if (!isSigned || !exists) {
    // Counted, and not braked: decision 0083.
    countFailedAuthentication('signature');
    throw new ApiError('UNAUTHENTICATED', 'No trigger of this id has this secret.');
  }
  const event = { headers, bytes, body: body() };
  if (!isAllowed(event, webhook)) return { ok: false, code: 'event-ignored' };
  const digest = sha256(JSON.stringify([definitionId, triggerId, sourceEventIdOf(event, webhook)]));
  const executionId = executionIdOf(inboundKeyOf(digest));
  Object.assign(response.locals.noted, { executionId });
  const triggerContext = triggerContextOf(event, webhook);
  const deduplicated = await start(dependencies, workspace, { found, address, digest, triggerContext });
  return { ok: true, code: 'accepted', executionId, deduplicated };
}

interface Triggered {
  readonly found: FoundTrigger;
  readonly address: Address;
  readonly digest: string;
  readonly triggerContext: ReturnType<typeof triggerContextOf>;
}

/** True when the event has an execution already. */
async function start(
  dependencies: Dependencies,
  workspace: string,
  { found, address, digest, triggerContext }: Triggered,
): Promise<boolean> {
  const { definition } = found;
  const scope = definition.kind === 'found' ? definition.record.draft.scope : null;
  const order = {
    definitionId: address.definitionId,
    key: inboundKeyOf(digest),
    correlationId: `corr_${digest.slice(0, 18)}`,
    triggerContext,
    // A triggered execution has the scope of its definition.
    organizationId: scope?.organizationId ?? undefined,
    documentId: scope?.documentId ?? undefined,
  };
  const outcome = await startFound(dependencies, workspace, { order, found: definition });
  if (outcome.kind === 'obstructed') throw refusal(outcome.obstacle);
  return outcome.kind === 'taken';
}

/** What the payload is to blame for is told to whoever sent it; all else would be a bug. */
function refusal({ kind }: Obstacle): Error {
  if (kind === 'input-too-large') return new ApiError('INVALID_ARGUMENT', INPUT_TOO_LARGE);
  if (kind === 'webhook-auth-invalid') {
    return new ApiError('INVALID_ARGUMENT', `webhookAuth in the payload ${WEBHOOK_AUTH_RULE}.`);
  }
  return new Error(`a trigger does not fit its definition: ${kind}`);
}

/** In the header, or in the query, which is never logged. Alone it authorises nothing. */
function apiKeyOf({ headers, query }: Request): string {
  return textIn(headers['x-velt-api-key']) || textIn(query.apiKey);
}

/** Which trigger is meant must be known before its secret is, so a body may have to be read for it. */
function addressOf({ query }: Request, read: () => Json): Address {
  const inQuery = { definitionId: textIn(query.definitionId), triggerId: textIn(query.triggerId) };
  if (inQuery.definitionId && inQuery.triggerId) return { ...inQuery, standsIn: 'query' };
  const body = read();
  const { definitionId, triggerId } = isObject(body) ? body : {};
  const inBody = { definitionId: textIn(definitionId), triggerId: textIn(triggerId) };
  if (inBody.definitionId && inBody.triggerId) return { ...inBody, standsIn: 'body' };
  throw new ApiError(
    'INVALID_ARGUMENT',
    'definitionId and triggerId are required: in the query, or with the provider velt in the body.',
  );
}

/** GitHub sends forms unless it is told otherwise, and shows its user what was answered. */
function jsonIn({ headers }: Request, bytes: Buffer): Json {
  try {
    return jsonOf(bytes) as Json;
  } catch (error) {
    if (!/^application\/x-www-form-urlencoded\b/i.test(textOf(headers, 'content-type'))) throw error;
    const message =
      'The body is not valid JSON; it came as a form. Set the content type of the sender to application/json.';
    throw new ApiError('INVALID_ARGUMENT', message, { cause: error });
  }
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

// POST <callback.url>: the receiver of an async webhook node ends its step, with the token that it was given
// (contract 4 section 2). No API key: the token is good for this one step, and once.
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { assertNever, type JsonObject } from '../../definition/json';
import { LIMITS } from '../../definition/limits';
import { absentAs, freeForm } from '../../definition/schema-parts';
import type { CallerReply } from '../../engine/reply';
import { CALLBACK_TOKEN_HEADER, type CallbackPlace, type CallbackTokens, placeIn } from '../../outbound/callback-token';
import type { Gate } from '../edge/gate';
import { checkedBody } from '../endpoint';
import { ApiError } from '../errors';
import type { ExecutionGateway } from '../executions/gateway';
import { readJsonBody } from '../json-body';
import { refusal } from './reply';

export const CALLBACK_PATHS = ['/v2/workflow/webhook-callback/:address', '/v1/workflow/webhook-callback/:address'];

const message = z.string().max(LIMITS.errorMessageLengthMax);

export const callbackBody = z.strictObject({
  status: z.enum(['completed', 'failed']),
  output: absentAs(freeForm, null),
  error: absentAs(z.union([message, z.looseObject({ message }).transform((error) => error.message)]), null),
});

interface Dependencies {
  readonly gate: Gate;
  readonly callbacks: CallbackTokens;
  readonly executions: ExecutionGateway;
}

export function webhookCallback({ gate, callbacks, executions }: Dependencies): RequestHandler {
  return async (request, response) => {
    response.locals.operation = 'webhook-callback';
    const place = placeOf(request, callbacks);
    const bearer = place instanceof ApiError ? place : { share: `callback ${place.workspace}` };
    const { leave } = await gate.admitBearer(request, bearer);
    try {
      if (place instanceof ApiError) throw place;
      const { workspace, executionId, stepId } = place;
      response.locals.noted = { workspace, executionId, stepId };
      const { status, output, error } = checkedBody(callbackBody, await readJsonBody(request, response));
      const argument = { stepId, status, output: output as JsonObject | null, error };
      assertTaken(await executions.updateStep(workspace, executionId, { name: 'callBackStep', argument }));
      response.json({ result: { accepted: true } });
    } finally {
      leave();
    }
  };
}

/** The step that the token is good for; the refusal does not say whether there is such a step. */
function placeOf(request: Request, callbacks: CallbackTokens): CallbackPlace | ApiError {
  const token = request.headers[CALLBACK_TOKEN_HEADER];
  const place = placeIn(String(request.params.address));
  if (place !== null && typeof token === 'string' && callbacks.isGood(token, place)) return place;
  const message =
    token === undefined
      ? `The header ${CALLBACK_TOKEN_HEADER} is missing.`
      : `The token in ${CALLBACK_TOKEN_HEADER} is not good for this URL.`;
  return new ApiError('UNAUTHENTICATED', message);
}

/** Only the first callback ends the step: whatever comes later is a conflict. */
function assertTaken(reply: CallerReply): void {
  switch (reply.kind) {
    case 'step-ended':
      return;
    case 'refused':
      if (reply.code !== 'step-in-wrong-status') throw refusal(reply);
      throw new ApiError('FAILED_PRECONDITION', reply.message, { http: 409 });
    case 'response-recorded':
    case 'response-not-recorded':
    case 'step-reassigned':
    case 'reassigned-already':
      throw new Error(`a callback was answered with ${reply.kind}`);
    default:
      assertNever(reply);
  }
}

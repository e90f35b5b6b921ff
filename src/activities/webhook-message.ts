// What a webhook node sends: its body, the same bytes on every attempt, and its headers (contract 4 section 2).
import { ApplicationFailure } from '@temporalio/common';
import { assertNever, type JsonObject } from '../definition/json';
import { addressOf, CALLBACK_TOKEN_HEADER, type CallbackPlace, type CallbackTokens } from '../outbound/callback-token';
import type { Sealer } from '../outbound/seal';
import { signedHeaders } from '../outbound/signature';
import type { WebhookFailureCode, WebhookTask } from '../workflows/contract/activities';
import { idempotencyKeyOf, webhookTokenOwner } from '../workflows/contract/ids';

export interface CalledAs {
  /** From 0. */
  readonly attempt: number;
  /** Epoch milliseconds. */
  readonly at: number;
}

interface Callback {
  readonly url: string;
  readonly token: string;
  readonly tokenHeader: string;
}

/** Empty when the node sends none. */
export function webhookBody(
  { config, request, workspace }: WebhookTask,
  callbacks: { readonly callbacks: CallbackTokens; readonly publicUrl: string | null },
): string {
  if (config.bodyTemplate === 'none') return '';
  const { executionId, stepId } = request;
  const callback = config.mode === 'async' ? callbackFor({ workspace, executionId, stepId }, callbacks) : null;
  const input = request.input ?? request.triggerContext;
  if (config.bodyTemplate === 'envelope') {
    return JSON.stringify({ ...request, input, ...(callback === null ? {} : { callback }) });
  }
  // Where to call back is ours to say: an input that says it, as an inbound webhook's can, would lead the receiver elsewhere.
  const { _velt: _said, ...passed } = input;
  return JSON.stringify({ ...passed, ...(callback === null ? {} : { _velt: passedThrough(callback) }) });
}

/** The node's own headers, beneath those that identify and authenticate the call. */
export function webhookHeaders(
  task: WebhookTask,
  { sealer }: { readonly sealer: Sealer },
  { attempt, at, body }: CalledAs & { readonly body: string },
): Record<string, string> {
  const { config, request } = task;
  const eventId = idempotencyKeyOf(request);
  const own = Object.entries(config.requestHeaders).map(([name, value]) => [name.toLowerCase(), value]);
  const common = {
    accept: 'application/json',
    ...Object.fromEntries(own),
    'content-type': 'application/json',
    'idempotency-key': eventId,
    'x-velt-event-id': eventId,
    'x-velt-attempt': String(attempt),
  };
  switch (config.authMode) {
    case 'hmac':
      return { ...common, ...signedHeaders({ eventId, body, secret: secretOf(task, sealer), attempt, at }) };
    case 'token':
      return { ...common, [(config.authTokenHeader ?? 'authorization').toLowerCase()]: tokenOf(task, sealer) };
    case 'none':
      return common;
    default:
      return assertNever(config.authMode);
  }
}

/** The token of authMode token, or null: none is sent. */
export const sentToken = (task: WebhookTask, { sealer }: { readonly sealer: Sealer }): string | null =>
  task.config.authMode === 'token' ? tokenOf(task, sealer) : null;

function callbackFor(
  place: CallbackPlace,
  { callbacks, publicUrl }: { readonly callbacks: CallbackTokens; readonly publicUrl: string | null },
): Callback {
  if (publicUrl === null) {
    throw notConfigured('PUBLIC_URL is not set, so a receiver cannot be told where to call back.');
  }
  return {
    url: `${publicUrl}/v2/workflow/webhook-callback/${addressOf(place)}`,
    token: callbacks.tokenFor(place),
    tokenHeader: CALLBACK_TOKEN_HEADER,
  };
}

const passedThrough = ({ url, token, tokenHeader }: Callback): JsonObject => ({
  callbackUrl: url,
  callbackToken: token,
  callbackTokenHeader: tokenHeader,
});

function secretOf({ receiver, request, workspace }: WebhookTask, sealer: Sealer): string {
  if (receiver === null) {
    throw notConfigured(
      'authMode hmac signs with the webhookSecret of the execution, and it was dispatched without one; give it webhookUrl and webhookSecret, or choose another authMode.',
    );
  }
  const id = receiver.sealedFor === 'execution' ? request.executionId : request.definitionId;
  return opened(() => sealer.open(receiver.sealedSecret, { workspace, kind: receiver.sealedFor, id }));
}

function tokenOf({ sealedToken, request, workspace }: WebhookTask, sealer: Sealer): string {
  const { executionId, nodeId } = request;
  if (sealedToken === null) {
    throw notConfigured(`triggerContext.webhookAuth had no token for the node "${nodeId}" when this was dispatched.`);
  }
  const boundTo = { workspace, kind: 'webhook-token', id: webhookTokenOwner(executionId, nodeId) } as const;
  return opened(() => sealer.open(sealedToken, boundTo));
}

/** Another worker, or this one after a restart, may have the key: so it is tried again. The cause stays out of sight. */
function opened(open: () => string): string {
  try {
    return open();
  } catch {
    const type: WebhookFailureCode = 'webhook-node-not-configured';
    const message = 'The secret of the call could not be opened: is its key still in SECRET_KEYS?';
    throw ApplicationFailure.create({ type, message, nonRetryable: false });
  }
}

const notConfigured = (message: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(message, 'webhook-node-not-configured' satisfies WebhookFailureCode);

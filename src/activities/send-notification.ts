// The activity that sends a notification once: final when nothing can help, tried again when it may pass (contract 4
// section 3).
import { ApplicationFailure } from '@temporalio/common';
import { assertNever, type JsonObject } from '../definition/json';
import type { NotificationMessage } from '../engine/effect';
import type { OutboundClient } from '../outbound/http-client';
import type { NotificationFailureCode, NotificationTask } from '../workflows/contract/activities';
import { withHeartbeats } from './heartbeats';
import type { Mailer } from './mail';
import { messageKeyOf } from './message-key';
import { postToHook, type SlackChannels, type SlackOutcome } from './slack';

export interface NotificationDependencies {
  readonly outbound: OutboundClient;
  /** Null: SMTP_URL is not set. */
  readonly mailer: Mailer | null;
  /** Null: SLACK_BOT_TOKEN is not set. */
  readonly slack: SlackChannels | null;
}

type Email = Extract<NotificationMessage, { readonly channel: 'email' }>;
type Slack = Extract<NotificationMessage, { readonly channel: 'slack' }>;

export function sendNotificationActivity(dependencies: NotificationDependencies) {
  return function sendNotification({ request }: NotificationTask): Promise<JsonObject> {
    const { message } = request;
    return withHeartbeats(() =>
      message.channel === 'email'
        ? sendEmail(message, messageKeyOf(request), dependencies.mailer)
        : sendToSlack(message, dependencies),
    );
  };
}

/** One accepted recipient is enough; the others are named. */
export async function sendEmail(message: Email, messageKey: string, mailer: Mailer | null): Promise<JsonObject> {
  if (mailer === null) throw final('notification-not-configured', 'No mail can be sent: SMTP_URL is not set.');
  const { recipients, subject, body, format } = message;
  const outcome = await mailer.send({ recipients, subject, body, format, messageKey });
  if (outcome.kind === 'accepted') {
    const { accepted, rejected } = outcome;
    return { channel: 'email', accepted, rejected };
  }
  throw failure('notification-failed', outcome.message, { isFinal: outcome.isFinal });
}

async function sendToSlack(
  { target, body, format }: Slack,
  dependencies: NotificationDependencies,
): Promise<JsonObject> {
  const blocks = format === 'slack-blocks' ? blocksIn(body) : null;
  // With blocks the text is what a notification shows.
  const text = blocks === null ? body : 'A message of an approval';
  const outcome = /^https?:/i.test(target)
    ? await postToHook(dependencies.outbound, { url: target, text, blocks })
    : await postToChannel({ channel: target, text, blocks }, dependencies);
  switch (outcome.kind) {
    case 'accepted':
      return outcome.output;
    case 'forbidden':
      throw final('destination-forbidden', outcome.message);
    case 'failed':
      throw failure('notification-failed', outcome.message, outcome);
    default:
      return assertNever(outcome);
  }
}

function postToChannel(
  message: { readonly channel: string; readonly text: string; readonly blocks: readonly JsonObject[] | null },
  { slack }: NotificationDependencies,
): Promise<SlackOutcome> {
  if (slack === null) {
    throw final('notification-not-configured', 'No message can be sent to a channel: SLACK_BOT_TOKEN is not set.');
  }
  return slack.post(message);
}

/** Slack's blocks: a list, or an object with the list. */
function blocksIn(body: string): readonly JsonObject[] {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw final('notification-failed', 'The bodyTemplate of format slack-blocks does not come to valid JSON.');
  }
  const blocks = Array.isArray(value) ? value : (value as { blocks?: unknown } | null)?.blocks;
  if (Array.isArray(blocks)) return blocks as readonly JsonObject[];
  throw final('notification-failed', 'The bodyTemplate of format slack-blocks must be a list of blocks.');
}

function failure(
  type: NotificationFailureCode,
  message: string,
  { isFinal, retryAfterMs }: { readonly isFinal: boolean; readonly retryAfterMs?: number | undefined },
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: isFinal,
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

const final = (type: NotificationFailureCode, message: string): ApplicationFailure =>
  failure(type, message, { isFinal: true });

// The shape of triggers (contract 4 section 1). Whether a cron expression and a time zone exist is checked by the API.
import { z } from 'zod';
import { LIMITS } from './limits';
import { absentAs, absentable, freeForm, identifier, text } from './schema-parts';
import type { InboundProvider, InboundWebhook } from './trigger';

const headerName = z
  .string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}$/, "must be a header's name, such as x-event-id")
  .transform((name) => name.toLowerCase());

const schedule = z.strictObject({
  cron: z.string().max(LIMITS.cronLengthMax),
  timezone: z.string().max(LIMITS.timezoneLengthMax),
  enabled: z.boolean(),
  payloadTemplate: absentable(freeForm),
});

const shown = {
  authMode: z.enum(['hmac', 'bearer']),
  provider: absentAs(z.enum(['velt', 'github', 'vercel', 'custom']), 'velt' as const),
  signatureHeader: absentable(headerName),
  signatureAlgorithm: absentable(z.enum(['sha1', 'sha256'])),
  signaturePrefix: absentable(
    text(0, LIMITS.signaturePrefixLengthMax).regex(
      /^(?! )[^\p{Cc}]*$/u,
      'stands at the beginning of a header: no control characters, and no blank first',
    ),
  ),
  eventNameHeader: absentable(headerName),
  allowedEvents: absentable(z.array(identifier(LIMITS.eventNameLengthMax)).min(1).max(LIMITS.allowedEventsMax)),
  idempotencyHeader: absentable(headerName),
  idempotencyBodyPath: absentable(
    text(1, LIMITS.bodyPathLengthMax).regex(
      /^[^.]+(?:\.[^.]+)*$/,
      'must be a dot path into the body, such as event.id',
    ),
  ),
  payloadMapping: absentAs(z.enum(['pass-through', 'wrap']), 'pass-through' as const),
};

/** What a provider signs with is its own to say: setting something else would be ignored, so it is refused. */
const FIXED: Readonly<Record<Exclude<InboundProvider, 'custom'>, Partial<InboundWebhook>>> = {
  velt: { signatureHeader: 'x-velt-signature', signatureAlgorithm: 'sha256', signaturePrefix: 'sha256=' },
  github: {
    signatureHeader: 'x-hub-signature-256',
    signatureAlgorithm: 'sha256',
    signaturePrefix: 'sha256=',
    eventNameHeader: 'x-github-event',
  },
  vercel: {
    signatureHeader: 'x-vercel-signature',
    signatureAlgorithm: 'sha1',
    signaturePrefix: '',
    eventNameHeader: 'x-vercel-deployment-event',
  },
};
const CONFIGURABLE = ['signatureHeader', 'signatureAlgorithm', 'signaturePrefix', 'eventNameHeader'] as const;

/** What HTTP brings from sender to receiver as it is. */
const HEADER_TEXT = /^(?! )[^\p{Cc}]*(?<! )$/u;

const inboundWebhook = z
  .strictObject({
    ...shown,
    secret: absentable(text(LIMITS.webhookSecretLengthMin, LIMITS.webhookSecretLengthMax)),
  })
  .superRefine((webhook, context) => {
    const { provider, authMode } = webhook;
    const complain = (message: string, field: string) => context.addIssue({ code: 'custom', message, path: [field] });
    if (authMode === 'bearer' && provider !== 'velt') complain('bearer is for the provider velt only', 'authMode');
    if (authMode === 'bearer' && webhook.secret !== undefined && !HEADER_TEXT.test(webhook.secret)) {
      complain('the secret of bearer stands in a header: no control characters, and no blanks at its ends', 'secret');
    }
    if (provider === 'custom') {
      if (webhook.signatureHeader === undefined)
        complain('the provider custom needs a signatureHeader', 'signatureHeader');
      return;
    }
    for (const field of CONFIGURABLE) {
      if (webhook[field] === undefined || webhook[field] === FIXED[provider][field]) continue;
      complain(`${field} is configurable for the provider custom only`, field);
    }
  });

const named = {
  triggerId: identifier(LIMITS.triggerIdLengthMax),
  eventName: absentable(identifier(LIMITS.eventNameLengthMax)),
  filters: absentable(z.unknown()),
  schedule: absentable(schedule),
};

const trigger = z
  .strictObject({ ...named, inboundWebhook: absentable(inboundWebhook) })
  .superRefine(({ schedule, inboundWebhook }, context) => {
    if (schedule === undefined || inboundWebhook === undefined) return;
    const message = 'a trigger has either a schedule or an inboundWebhook; make two triggers of it';
    context.addIssue({ code: 'custom', message, path: ['schedule'] });
  });

export const triggers = z
  .array(trigger)
  .max(LIMITS.triggersMax)
  .superRefine((all, context) => {
    const ids = all.map(({ triggerId }) => triggerId);
    for (const [index, triggerId] of ids.entries()) {
      if (ids.indexOf(triggerId) === index) continue;
      context.addIssue({ code: 'custom', message: 'triggerIds must be unique', path: [index, 'triggerId'] });
    }
  });

/** A trigger as the API shows it: never with its secret. */
export const triggerViewSchema = z.strictObject({ ...named, inboundWebhook: absentable(z.strictObject(shown)) });

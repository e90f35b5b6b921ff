// A definition's own webhook receiver, as a caller sends it (contract 1, definitions/create). It is never read back.
import { z } from 'zod';
import { EXTERNAL_EVENT_TYPES } from './event-types';
import { LIMITS } from './limits';
import { absentAs } from './schema-parts';

const config = z.strictObject({
  url: z.string().min(1),
  secret: z.string().min(LIMITS.webhookSecretLengthMin).max(LIMITS.webhookSecretLengthMax),
  eventTypes: absentAs(z.array(z.enum(EXTERNAL_EVENT_TYPES)).min(1).max(LIMITS.webhookEventTypesMax), null),
});

/** Absent and null differ here alone: an update without it keeps the receiver, one with null removes it. */
export const webhookConfig = config.nullish();

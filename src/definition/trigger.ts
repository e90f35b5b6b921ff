// What starts executions of a definition by itself: a schedule, or a webhook that comes in (contract 4 section 1).
import type { Json, JsonObject } from './json';

/** A Temporal Schedule; while it is not enabled there is none. */
export interface ScheduleConfig {
  /** Five fields: minute, hour, day of month, month, day of week. */
  readonly cron: string;
  /** An IANA name. */
  readonly timezone: string;
  readonly enabled: boolean;
  readonly payloadTemplate?: JsonObject | undefined;
}

export type InboundProvider = 'velt' | 'github' | 'vercel' | 'custom';
export type SignatureAlgorithm = 'sha1' | 'sha256';

/** What is shown of an inbound webhook: all but its secret. Header names are in lower case. */
export interface InboundWebhook {
  readonly authMode: 'hmac' | 'bearer';
  readonly provider: InboundProvider;
  readonly signatureHeader?: string | undefined;
  readonly signatureAlgorithm?: SignatureAlgorithm | undefined;
  readonly signaturePrefix?: string | undefined;
  readonly eventNameHeader?: string | undefined;
  readonly allowedEvents?: readonly string[] | undefined;
  readonly idempotencyHeader?: string | undefined;
  /** A dot path into the body. */
  readonly idempotencyBodyPath?: string | undefined;
  readonly payloadMapping: 'pass-through' | 'wrap';
}

/** At most one of the two mechanisms. `eventName` and `filters` are kept and shown (docs/decisions/0084). */
export interface Trigger<Webhook = InboundWebhook> {
  readonly triggerId: string;
  readonly eventName?: string | undefined;
  readonly filters?: Json | undefined;
  readonly inboundWebhook?: Webhook | undefined;
  readonly schedule?: ScheduleConfig | undefined;
}

/** As its author sends it; a webhook that comes without its secret keeps the one that it had. */
export type AuthoredTrigger = Trigger<InboundWebhook & { readonly secret?: string | undefined }>;

/** As it is stored: the secret is sealed for the workspace and the definition. */
export type StoredTrigger = Trigger<InboundWebhook & { readonly sealedSecret: string }>;

/** The triggers that a schedule stands for in Temporal. */
export const scheduled = (triggers: readonly Trigger<unknown>[]): readonly string[] =>
  triggers.filter(({ schedule }) => schedule?.enabled === true).map(({ triggerId }) => triggerId);

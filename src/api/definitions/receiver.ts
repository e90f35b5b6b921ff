// A definition's own receiver: checked and sealed when it is written, and kept by an update that does not name it.
import type { AuthoredWebhookConfig } from '../../definition/definition';
import { checkDestination, type OutboundAllow } from '../../outbound/destination';
import type { Sealer } from '../../outbound/seal';
import type { Receiver } from '../../workflows/contract/execution';
import { invalidField } from '../errors';

/** Throws an INVALID_ARGUMENT for a URL that events must not be sent to (contract 3 section 2). */
export function assertReceiverAllowed({ url }: AuthoredWebhookConfig, allow: OutboundAllow): void {
  const checked = checkDestination(url, allow);
  if (checked.ok) return;
  const text = `data.webhookConfig.url: ${checked.message}`;
  throw invalidField(['webhookConfig', 'url'], checked.message, { text });
}

/** The secret is sealed for this definition before it enters Temporal. */
export function sealedReceiver(
  { url, secret, eventTypes }: AuthoredWebhookConfig,
  { workspace, definitionId }: { readonly workspace: string; readonly definitionId: string },
  sealer: Sealer,
): Receiver {
  const sealedSecret = sealer.seal(secret, { workspace, kind: 'definition', id: definitionId });
  return { url, sealedSecret, sealedFor: 'definition', eventTypes };
}

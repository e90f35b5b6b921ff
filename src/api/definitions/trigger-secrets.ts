// Seals the secrets of inbound webhooks before they enter Temporal; one that is left out on update stays as it was.
import type { AuthoredTrigger, StoredTrigger } from '../../definition/trigger';
import type { Sealer } from '../../outbound/seal';
import { type ApiError, invalidField } from '../errors';

interface Owner {
  readonly workspace: string;
  readonly definitionId: string;
}

interface Secrets {
  readonly sealer: Sealer;
  /** The triggers of the version that is replaced. */
  readonly previous: readonly StoredTrigger[];
}

/** Throws an INVALID_ARGUMENT for a webhook that has no secret and never had one. */
export function sealedTriggers(
  triggers: readonly AuthoredTrigger[],
  { workspace, definitionId }: Owner,
  { sealer, previous }: Secrets,
): readonly StoredTrigger[] {
  const before = new Map(previous.map(({ triggerId, inboundWebhook }) => [triggerId, inboundWebhook?.sealedSecret]));
  return triggers.map(({ inboundWebhook, ...rest }, index): StoredTrigger => {
    if (inboundWebhook === undefined) return rest;
    const { secret, ...shown } = inboundWebhook;
    const sealedSecret =
      secret === undefined
        ? before.get(rest.triggerId)
        : sealer.seal(secret, { workspace, kind: 'definition', id: definitionId });
    if (sealedSecret === undefined) throw secretMissing(index);
    return { ...rest, inboundWebhook: { ...shown, sealedSecret } };
  });
}

const secretMissing = (index: number): ApiError =>
  invalidField(
    ['triggers', index, 'inboundWebhook', 'secret'],
    'inboundWebhook.secret is required: what comes in is verified with it',
  );

// The trigger that an inbound webhook names, and its secret. One that does not exist is answered like a wrong signature.
import { randomBytes } from 'node:crypto';
import type { InboundWebhook } from '../../definition/trigger';
import type { DefinitionLookup } from '../../dispatch/record';
import { SealError, type Sealer } from '../../outbound/seal';
import type { DefinitionStore } from '../definitions/store';
import { ApiError } from '../errors';

/** Where the ids stood says what they are worth: only velt has them in the body. */
export interface Address {
  readonly definitionId: string;
  readonly triggerId: string;
  readonly standsIn: 'query' | 'body';
}

export interface FoundTrigger {
  readonly webhook: InboundWebhook;
  readonly secret: string;
  readonly definition: DefinitionLookup;
  /** False: there is no such trigger, and what stands here is a decoy, so that as much is computed. */
  readonly exists: boolean;
}

const DECOY: InboundWebhook = { authMode: 'hmac', provider: 'velt', payloadMapping: 'pass-through' };
const DECOY_SECRET = randomBytes(32).toString('hex');

export async function findTrigger(
  { definitions, sealer }: { readonly definitions: Pick<DefinitionStore, 'forDispatch'>; readonly sealer: Sealer },
  workspace: string,
  { definitionId, triggerId, standsIn }: Address,
): Promise<FoundTrigger> {
  const definition = await definitions.forDispatch(workspace, definitionId);
  const triggers = definition.kind === 'found' ? definition.record.triggers : [];
  const stored = triggers.find((trigger) => trigger.triggerId === triggerId)?.inboundWebhook;
  if (!stored || (standsIn === 'body' && stored.provider !== 'velt')) {
    return { webhook: DECOY, secret: DECOY_SECRET, definition, exists: false };
  }
  const { sealedSecret, ...webhook } = stored;
  const secret = opened(sealer, sealedSecret, { workspace, kind: 'definition', id: definitionId });
  return { webhook, secret, definition, exists: true };
}

/** The sender comes again later; why it must, the API's log tells the operator. */
function opened(sealer: Sealer, sealed: string, of: Parameters<Sealer['open']>[1]): string {
  try {
    return sealer.open(sealed, of);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const message = "The trigger's secret cannot be opened: is its key still in SECRET_KEYS?";
    throw new ApiError('UNAVAILABLE', message, { cause: error });
  }
}

// Who gets in: credentials first, then the caller's share of requests a second and at once (contract 3 section 4).
import type { Request } from 'express';
import type { ApiKeys } from '../../config/api-keys-file';
import type { Logger } from '../../logger';
import { countFailedAuthentication, type Proof } from '../../metrics/authentication';
import { type Caller, type Identified, identify } from '../authentication';
import { ApiError } from '../errors';
import { createFailedAuthentications } from './failed-authentication';
import { createInFlight, type InFlightLimits } from './in-flight';
import { createRateLimit } from './rate-limit';

export interface GateLimits {
  /** Requests a second of one API key, or null for any number. */
  readonly requestsPerSecond: number | null;
  readonly failedAuthenticationsPerMinute: number;
  readonly inFlight: InFlightLimits;
}

/** A body may hold 1 MiB, so these are also MiB of memory at worst. */
const IN_FLIGHT: InFlightLimits = { total: 1_000, perApiKey: 500 };
const FAILED_AUTHENTICATIONS_PER_MINUTE = 20;

export const gateLimits = (requestsPerSecond: number | null): GateLimits => ({
  requestsPerSecond,
  failedAuthenticationsPerMinute: FAILED_AUTHENTICATIONS_PER_MINUTE,
  inFlight: IN_FLIGHT,
});

export interface Gate {
  /**
   * The caller, and how it leaves. Throws the refusal of whoever may not come in. A dialect says by which credentials it
   * knows its callers; a refusal that it returns counts as a failed authentication, one that it throws does not.
   */
  admit(request: Request, known?: () => Identified): Promise<{ readonly caller: Caller; readonly leave: () => void }>;
  /** Lets in who proves itself otherwise; `share` takes the place of the API key. A refusal counts as failed authentication. */
  admitBearer(request: Request, bearer: { readonly share: string } | ApiError): Promise<{ readonly leave: () => void }>;
  /**
   * The same for who brings an API key only, as inbound webhooks do: it is known, and authorises nothing yet. So they share what
   * is not the share of the key's own callers, whom nobody may lock out who has seen the address of a webhook.
   */
  admitByApiKey(
    request: Request,
    apiKey: string,
  ): Promise<{ readonly caller: Pick<Caller, 'workspace'>; readonly leave: () => void }>;
}

/** Nothing here asks Temporal or reads a body, but that of who logs in: whoever is refused has cost next to nothing. */
export function createGate(apiKeys: ApiKeys, limits: GateLimits, logger: Logger): Gate {
  const failures = createFailedAuthentications(limits.failedAuthenticationsPerMinute, logger);
  const rate = createRateLimit(limits.requestsPerSecond);
  const inFlight = createInFlight(limits.inFlight);
  const refusalOf = ({ socket }: Request, proof: Proof, refused: ApiError) => {
    countFailedAuthentication(proof);
    return failures.refusal(socket.remoteAddress ?? '', refused);
  };
  const enter = async (share: string): Promise<() => void> => {
    await rate.take(share);
    return inFlight.enter(share);
  };
  return {
    async admit(request, known = () => identify(request, apiKeys)) {
      const caller = await known();
      if (caller instanceof ApiError) throw await refusalOf(request, 'credentials', caller);
      return { caller, leave: await enter(caller.apiKey) };
    },
    async admitBearer(request, bearer) {
      if (bearer instanceof ApiError) throw await refusalOf(request, 'bearer', bearer);
      return { leave: await enter(bearer.share) };
    },
    async admitByApiKey(request, apiKey) {
      const workspace = apiKeys.workspaceOf(apiKey);
      if (workspace === null) {
        const refused = new ApiError('UNAUTHENTICATED', 'The API key is not known.');
        throw await refusalOf(request, 'credentials', refused);
      }
      return { caller: { workspace }, leave: await enter(`inbound ${apiKey}`) };
    },
  };
}

// Who calls as Conductor's client: an auth token of a workspace, or a session token, in X-Authorization (contract 5).
import type { Request } from 'express';
import type { DialectAccess } from '../../config/dialect-access';
import type { Identify } from '../dialect';
import { tokenError } from './errors';
import type { SessionTokens } from './session-token';

export interface ConductorAccess {
  readonly dialectAccess: DialectAccess;
  readonly conductorSessions: SessionTokens;
}

export const identifyConductor = ({
  dialectAccess: access,
  conductorSessions: sessions,
}: ConductorAccess): Identify => {
  return (request) => {
    const token = request.headers['x-authorization'];
    if (typeof token !== 'string' || token === '') return anonymous(request, access);
    const known = access.ofToken(token);
    if (known) return known;
    const session = sessions.read(token);
    if (session === 'expired') {
      // It was ours, and whoever has it takes a new one: nobody guesses here.
      throw tokenError('EXPIRED_TOKEN', 'The token has expired; take a new one from POST /api/token.');
    }
    const caller = session === 'invalid' ? null : access.ofCredentials(session);
    return caller ?? tokenError('INVALID_TOKEN', 'The token in X-Authorization is not known.');
  };
};

function anonymous(request: Request, access: DialectAccess) {
  const caller = access.anonymous();
  if (!caller) return tokenError('INVALID_TOKEN', 'The header X-Authorization is missing.');
  if (!isOfForeignPage(request)) return caller;
  return tokenError('INVALID_TOKEN', 'The header X-Authorization is missing; a page of another origin must send it.');
}

/**
 * A page of another site could make its visitor's browser call a server on this machine: it does not count. Browsers leave
 * out `Sec-Fetch-Site` where this server is called by another name than localhost, and old ones always; all say the
 * `Origin` of whatever is no plain GET. One that is a name may be a page's own, which it has made lead here (DNS rebinding).
 */
function isOfForeignPage({ headers }: Request): boolean {
  const { origin, host, 'sec-fetch-site': site } = headers;
  if (site === 'cross-site' || site === 'same-site') return true;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host || !OF_THIS_MACHINE.test(new URL(origin).hostname);
}

/** localhost, a name below it (RFC 6761 section 6.3), or an address as `URL` writes it. */
const OF_THIS_MACHINE = /^((?:.+\.)?localhost|[\d.]+|\[.+\])$/;

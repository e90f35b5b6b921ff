// In development mode everybody knows the credentials, so a page of the web that leads its own name to this machine (DNS
// rebinding) could use them from its visitor's browser: it is told by the name that it calls (decision 0073).
import { BlockList, isIP } from 'node:net';
import type { RequestHandler } from 'express';
import type { Config } from '../../config';
import { bareHost } from '../../outbound/destination';
import { ApiError } from '../errors';

const HOST_LENGTH_SHOWN = 200;

/** Refuses what calls this server by a name that somebody else may own; null where that is nobody's harm. */
export function onlyByOwnName(config: Pick<Config, 'apiKeysFile' | 'host' | 'publicUrl'>): RequestHandler | null {
  if (config.apiKeysFile !== null || !isLoopback(config.host)) return null;
  const publicHost = config.publicUrl === null ? null : new URL(config.publicUrl).hostname;
  return ({ headers: { host } }, _response, next) => {
    // Browsers always say it.
    if (host === undefined || !isForeign(host, publicHost)) return next();
    const called = `"${host.slice(0, HOST_LENGTH_SHOWN)}"`;
    throw new ApiError(
      'PERMISSION_DENIED',
      `In development mode this server is called as localhost or by an IP address, and not as ${called}: ` +
        'everybody knows its credentials, and a web page could use them by that name. ' +
        'If the name is yours, set PUBLIC_URL to a URL with it, or API_KEYS_FILE.',
    );
  };
}

/** Said at the start of a server that others reach with credentials that everybody knows, as with a NODE_ENV that is misspelt. */
export function warnOfKnownCredentials(
  { apiKeysFile, host }: Pick<Config, 'apiKeysFile' | 'host'>,
  logger: { warn(fields: object, message: string): void },
): void {
  if (apiKeysFile !== null || isLoopback(host)) return;
  logger.warn(
    { host },
    'development mode: whoever reaches this address may call it, for everybody knows its credentials; set API_KEYS_FILE, and NODE_ENV=production before others rely on it',
  );
}

/** No page of the web is served by a name without a dot, or below one of these (RFC 6761; RFC 6762; ICANN's for private use). */
const NOBODYS = /^[^.]*$|\.(?:localhost|test|local|internal)$/;

/** What is no name of a host is sent by no browser. */
function isForeign(host: string, publicHost: string | null): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const url = new URL(`http://${host}`);
  const name = url.hostname.replace(/\.$/, '');
  return isIP(bareHost(url)) === 0 && !NOBODYS.test(name) && name !== publicHost;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether nobody but this machine reaches it: any other server is called by names that are not known here. */
function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const version = isIP(host);
  return version !== 0 && LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

// Where a user may make the system send something (contract 3 section 2): the check of a URL, at write time and again
// before delivery, and the operator's own exceptions.
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { LIMITS } from '../definition/limits';
import { isGlobalUnicast } from './address';

/** Exact `host:port` pairs, lower case, for which http and any address are allowed. */
export type OutboundAllow = ReadonlySet<string>;

export type CheckedDestination =
  | { readonly ok: true; readonly url: URL; readonly isExempt: boolean }
  | { readonly ok: false; readonly message: string };

/** Names that never belong to a public receiver: of this machine, of private networks, and of the clouds' metadata. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(['metadata.tencentyun.com', 'instance-data.amazonaws.com']);
const FORBIDDEN_SUFFIXES: readonly string[] = [
  'localhost',
  'localdomain',
  'internal',
  'intranet',
  'private',
  'local',
  'lan',
  'home',
  'home.arpa',
  'corp',
  'svc',
  'cluster.local',
  'consul',
  'onion',
  'test',
  'example',
  'invalid',
  'metadata.goog',
];

/** Ports of other protocols, which an HTTP request could be smuggled into (the bad ports of the Fetch standard). */
const FORBIDDEN_PORTS: ReadonlySet<number> = new Set([
  0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110,
  111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532,
  540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061,
  6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/**
 * Checks a URL that a user set. `field` names it in the message. Says nothing about what the name resolves to: that is
 * checked when the connection is made.
 */
export function checkDestination(raw: string, allow: OutboundAllow, field = 'webhookUrl'): CheckedDestination {
  const refuse = (why: string): CheckedDestination => ({ ok: false, message: `${field} ${why}` });
  if (raw.length > LIMITS.urlLengthMax) return refuse(`must be at most ${LIMITS.urlLengthMax} characters`);
  // What parsers silently drop or turn around is refused: two parsers would see two hosts.
  if (/[\s\\\p{Cc}]/u.test(raw)) return refuse('must not contain blanks, backslashes or control characters');
  const url = URL.canParse(raw) ? new URL(raw) : null;
  if (url && isExempt(url, allow)) return { ok: true, url, isExempt: true };
  if (!url) return refuse('must be an absolute URL such as https://hooks.acme.com/path');
  if (url.protocol !== 'https:') return refuse('must use https scheme');
  if (!/^https:\/\/[^/]/i.test(raw)) return refuse('must be an absolute URL such as https://hooks.acme.com/path');
  if (url.username !== '' || url.password !== '' || /^https:\/\/[^/?#]*@/i.test(raw)) {
    return refuse('must not contain a user name or password');
  }
  if (url.port !== '' && FORBIDDEN_PORTS.has(Number(url.port))) return refuse(`must not use port ${url.port}`);
  if (!isPublicHost(url.hostname)) return refuse('host resolves to a private, loopback, or link-local address');
  return { ok: true, url, isExempt: false };
}

/** Reads `OUTBOUND_ALLOW`: exact `host:port` pairs, comma-separated. Throws a RangeError that says which one is wrong. */
export function parseOutboundAllow(text: string): OutboundAllow {
  const pairs = text
    .split(',')
    .map((pair) => pair.trim().toLowerCase())
    .filter((pair) => pair !== '');
  for (const [index, pair] of pairs.entries()) {
    const port = Number(/^(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\]):(\d{1,5})$/.exec(pair)?.[1] ?? Number.NaN);
    if (!(port >= 1 && port <= 65_535)) {
      // A URL in its place may hold a password.
      const shown = pair.includes('@') ? `entry ${index + 1}` : `"${pair}"`;
      throw new RangeError(`${shown} is not of the form host:port, such as 127.0.0.1:9000 or [::1]:9000`);
    }
  }
  return new Set(pairs);
}

/** The host of a URL without the brackets of an IPv6 literal. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function isExempt(url: URL, allow: OutboundAllow): boolean {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return false;
  if (url.username !== '' || url.password !== '') return false;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return allow.has(`${url.hostname.toLowerCase()}:${port}`);
}

/** `hostname` is as the WHATWG parser gives it: lower case, IDNA applied, IPv4 in any spelling made dotted decimal. */
function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isGlobalUnicast(hostname.slice(1, -1));
  const host = hostname.replace(/\.$/, '');
  if (isIP(host) === 4) return isGlobalUnicast(host);
  const labels = host.split('.');
  // A name of one label is completed with this machine's search domain.
  if (labels.length < 2 || labels.some((label) => label === '' || label.length > 63)) return false;
  if (/^\d+$/.test(labels[labels.length - 1] ?? '') || domainToASCII(host) === '') return false;
  if (FORBIDDEN_NAMES.has(host)) return false;
  return !FORBIDDEN_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`));
}

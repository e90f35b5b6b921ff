// Where a server that listens on a host is reached from this machine.
import { isIPv6 } from 'node:net';

/** The host as a URL has it. */
export function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return isIPv6(host) ? `[${host}]` : host;
}

// Which IP addresses a user may make the system connect to: global unicast, and nothing else.
import ipaddr from 'ipaddr.js';

type Block = readonly [address: string, bits: number];

/**
 * IPv4 that is not globally reachable unicast (IANA IPv4 Special-Purpose Address Registry, RFC 6890 and successors;
 * multicast and reserved space), and the metadata services that clouds keep on public addresses.
 */
const IPV4_DENIED: readonly Block[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
];

/** Global unicast is allocated from here only (RFC 4291, IANA IPv6 Address Space). */
const IPV6_ALLOWED: Block = ['2000::', 3];

/** What lies in that space and is special all the same (IANA IPv6 Special-Purpose Address Registry). */
const IPV6_DENIED: readonly Block[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

/** Whether a literal IPv4 or IPv6 address is global unicast; anything that is no plain address is not. */
export function isGlobalUnicast(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const parsed = ipaddr.IPv4.parse(address);
    return !IPV4_DENIED.some(([base, bits]) => parsed.match(ipaddr.IPv4.parse(base), bits));
  }
  // A zone id names an interface of this machine.
  if (address.includes('%') || !ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  const isIn = ([base, bits]: Block) => parsed.match(ipaddr.IPv6.parse(base), bits);
  return isIn(IPV6_ALLOWED) && !IPV6_DENIED.some(isIn);
}

import { describe, expect, test } from '@jest/globals';
import { isGlobalUnicast } from '../../src/outbound/address';
import { checkDestination } from '../../src/outbound/destination';
import vectors from './ssrf-vectors.json';

interface Vector {
  readonly url: string;
  readonly expect: string;
  readonly layer: string;
  readonly why: string;
  readonly resolvesTo?: readonly string[];
  readonly resolveSequence?: readonly (readonly string[])[];
  readonly redirectTo?: string;
}

/** What the guard says of a URL and of what its name resolves to at first; nothing is ever contacted. */
function guardSays({ url, resolvesTo = ['93.184.215.14'] }: Vector): 'allow' | 'deny' {
  const checked = checkDestination(url, new Set());
  if (!checked.ok || resolvesTo.length === 0) return 'deny';
  return resolvesTo.every(isGlobalUnicast) ? 'allow' : 'deny';
}

// That a connection is pinned, and that redirects are not followed, is shown with real sockets in http-client.test.ts.
const decidedHere = (vectors as readonly Vector[]).filter((vector) => !vector.resolveSequence && !vector.redirectTo);

describe('the guard for destinations', () => {
  test('there are 145 vectors, of which 141 are decided by the URL and what it resolves to', () => {
    expect(vectors).toHaveLength(145);
    expect(decidedHere).toHaveLength(141);
  });

  test.each(decidedHere.map((vector) => [vector.expect, vector.url, vector.why, vector] as const))(
    '%s %j: %s',
    (expected, _url, _why, vector) => {
      expect(guardSays(vector)).toBe(expected);
    },
  );

  test.each([
    ['http://hooks.acme.com/x', 'webhookUrl must use https scheme'],
    ['https://127.0.0.1/x', 'webhookUrl host resolves to a private, loopback, or link-local address'],
    ['https://localhost/x', 'webhookUrl host resolves to a private, loopback, or link-local address'],
    ['not a url', 'webhookUrl must not contain blanks, backslashes or control characters'],
    ['nonsense', 'webhookUrl must be an absolute URL such as https://hooks.acme.com/path'],
  ])('%s is refused with the words of the contract', (url, message) => {
    expect(checkDestination(url, new Set())).toEqual({ ok: false, message });
  });

  test("an operator's exception is an exact host and port, for http too", () => {
    const allow = new Set(['127.0.0.1:9000']);
    expect(checkDestination('http://127.0.0.1:9000/hook', allow)).toMatchObject({ ok: true, isExempt: true });
    expect(checkDestination('http://127.0.0.1:9001/hook', allow).ok).toBe(false);
    expect(checkDestination('http://127.0.0.2:9000/hook', allow).ok).toBe(false);
    expect(checkDestination('ftp://127.0.0.1:9000/hook', allow).ok).toBe(false);
    expect(checkDestination('http://user@127.0.0.1:9000/hook', allow).ok).toBe(false);
  });
});

// The tokens that POST /api/token gives: signed and expiring, as JSON Web Tokens (RFC 7519, HS256), for this API only.
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Credentials } from '../../config/dialect-access';
import type { SecretKey } from '../../outbound/seal';

export interface SessionTokens {
  issue(credentials: Credentials): string;
  /** What the token stands for; `expired` only of one that was ours. */
  read(token: string): Credentials | 'expired' | 'invalid';
}

/** Clients of Conductor take a new one after 36 to 45 minutes. */
const LIFETIME_SECONDS = 3_600;

const claims = z.strictObject({ key: z.string(), tok: z.string(), exp: z.int() });

/** Each key of SECRET_KEYS signs with one that is derived from it; the first one signs, all of them verify. */
export function sessionTokens(secretKeys: readonly SecretKey[], now: () => number = Date.now): SessionTokens {
  const signing = new Map(secretKeys.map(({ keyId, key }) => [keyId, derived(key)]));
  const [first] = secretKeys;
  if (!first) throw new RangeError('at least one secret key is needed');
  return {
    issue({ apiKeyHash, tokenHash }) {
      const exp = Math.floor(now() / 1000) + LIFETIME_SECONDS;
      const head = encoded({ alg: 'HS256', typ: 'JWT', kid: first.keyId });
      const signed = `${head}.${encoded({ key: apiKeyHash, tok: tokenHash, exp })}`;
      return `${signed}.${signature(signed, signing.get(first.keyId))}`;
    },
    read(token) {
      const [head = '', body = '', given = '', ...rest] = token.split('.');
      const keyId = decoded(head)?.kid;
      const key = typeof keyId === 'string' ? signing.get(keyId) : undefined;
      if (!key || rest.length > 0 || !isEqual(given, signature(`${head}.${body}`, key))) return 'invalid';
      const parsed = claims.safeParse(decoded(body));
      if (!parsed.success) return 'invalid';
      if (parsed.data.exp * 1000 <= now()) return 'expired';
      return { apiKeyHash: parsed.data.key, tokenHash: parsed.data.tok };
    },
  };
}

const derived = (key: Buffer): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'countersign session token', 32));

const signature = (text: string, key: Buffer | undefined): string =>
  createHmac('sha256', key ?? '')
    .update(text)
    .digest('base64url');

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function decoded(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

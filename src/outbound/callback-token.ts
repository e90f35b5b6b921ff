// Tokens of callbacks: whoever holds one may end one step of one execution, and nothing else (contract 4 section 2).
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { SecretKey } from './seal';

/** What a token is good for. */
export interface CallbackPlace {
  readonly workspace: string;
  readonly executionId: string;
  readonly stepId: string;
}

/** The header that carries the token. */
export const CALLBACK_TOKEN_HEADER = 'x-velt-callback-token';

export interface CallbackTokens {
  /** The same for every attempt of a call: made from the place and the first key. It never enters Temporal. */
  tokenFor(place: CallbackPlace): string;
  /** Takes the same time however much of the token is right. */
  isGood(token: string, place: CallbackPlace): boolean;
}

/** Further keys verify what was made before they were rotated out of the first place. */
export function createCallbackTokens(keys: readonly SecretKey[]): CallbackTokens {
  const [first] = keys;
  if (!first) throw new RangeError('at least one secret key is needed');
  const byId = new Map(keys.map(({ keyId, key }) => [keyId, derived(key)]));
  const tokenBy = (keyId: string, place: CallbackPlace): string => `cb1.${keyId}.${macOf(byId.get(keyId), place)}`;
  return {
    tokenFor: (place) => tokenBy(first.keyId, place),
    isGood(token, place) {
      const keyId = /^cb1\.([A-Za-z0-9_-]{1,32})\.[A-Za-z0-9_-]{43}$/.exec(token)?.[1];
      if (keyId === undefined || !byId.has(keyId)) return false;
      return timingSafeEqual(Buffer.from(token), Buffer.from(tokenBy(keyId, place)));
    },
  };
}

/** A place as one segment of a URL's path. */
export function addressOf({ workspace, executionId, stepId }: CallbackPlace): string {
  return Buffer.from(JSON.stringify([workspace, executionId, stepId])).toString('base64url');
}

/** The place that an address names, or null when it is none: each place has one address, as `addressOf` writes it. */
export function placeIn(address: string): CallbackPlace | null {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(address, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parts) || parts.length !== 3 || parts.some((part) => typeof part !== 'string')) return null;
  const [workspace, executionId, stepId] = parts as [string, string, string];
  const place = { workspace, executionId, stepId };
  return addressOf(place) === address ? place : null;
}

/** A key of its own: what seals must not sign too. */
const derived = (key: Buffer): Buffer => Buffer.from(hkdfSync('sha256', key, '', 'countersign webhook callback', 32));

const macOf = (key: Buffer | undefined, { workspace, executionId, stepId }: CallbackPlace): string =>
  createHmac('sha256', key ?? '')
    .update(JSON.stringify([workspace, executionId, stepId]))
    .digest('base64url');

// Verifies what comes in from elsewhere: signatures over the raw bytes, and bearer secrets (contract 4 section 1).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export interface SignatureForm {
  readonly algorithm: 'sha1' | 'sha256';
  /** Stands before the hex digits. */
  readonly prefix: string;
}

/** The signature itself, in lower-case hex; the secret's UTF-8 bytes are the key. */
export const inboundSignature = (bytes: Uint8Array, secret: string, { algorithm, prefix }: SignatureForm): string =>
  `${prefix}${createHmac(algorithm, secret).update(bytes).digest('hex')}`;

/** Exactly the signature, in one spelling. */
export const verifyInbound = (bytes: Uint8Array, secret: string, form: SignatureForm & { given: string }): boolean =>
  isSame(inboundSignature(bytes, secret, form), form.given);

/** `Authorization: Bearer <secret>`. */
export function verifyBearer(secret: string, given: string): boolean {
  const token = /^Bearer +(.*)$/is.exec(given)?.[1] ?? '';
  return isSame(secret, token);
}

/** Takes the same time however much is right, and whatever the lengths are. */
function isSame(expected: string, given: string): boolean {
  const [one, other] = [expected, given].map((text) => createHash('sha256').update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

// Seals secrets before they enter Temporal, and opens them in the activity that needs them (contract 3 section 3).
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SecretKey {
  readonly keyId: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

/** What a sealed secret belongs to; opened for anything else it is worthless. */
export interface Binding {
  readonly workspace: string;
  readonly kind: 'execution' | 'definition' | 'webhook-token' | 'cursor';
  readonly id: string;
}

export interface Sealer {
  /** `sealed:v1:<keyId>:<nonce, ciphertext and tag in base64url>`. */
  seal(plaintext: string, boundTo: Binding): string;
  /** Throws a SealError when the key is unknown, the binding differs, or the text was changed. */
  open(sealed: string, boundTo: Binding): string;
}

/** Holds neither what was sealed nor any key. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Reads `SECRET_KEYS`: `<keyId>:<base64 of 32 bytes>`, comma-separated; the first one seals. Throws a RangeError that says
 * which entry is wrong without repeating it.
 */
export function parseSecretKeys(text: string): readonly SecretKey[] {
  const keys = text.split(',').map((entry, index): SecretKey => {
    const match = /^\s*([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/]+={0,2})\s*$/.exec(entry);
    const key = Buffer.from(match?.[2] ?? '', 'base64');
    if (!match || key.length !== KEY_BYTES) {
      throw new RangeError(`entry ${index + 1} is not of the form <keyId>:<base64 of ${KEY_BYTES} bytes>`);
    }
    return { keyId: match[1] as string, key };
  });
  if (new Set(keys.map((key) => key.keyId)).size < keys.length) throw new RangeError('two entries have the same keyId');
  return keys;
}

/** AES-256-GCM with a random nonce; key id and binding are authenticated with it. */
export function createSealer(keys: readonly SecretKey[]): Sealer {
  const [first] = keys;
  if (!first) throw new RangeError('at least one secret key is needed');
  const byId = new Map(keys.map((key) => [key.keyId, key]));
  return {
    seal(plaintext, boundTo) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(associated(first.keyId, boundTo));
      const parts = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `sealed:v1:${first.keyId}:${Buffer.concat(parts).toString('base64url')}`;
    },
    open(sealed, boundTo) {
      const match = /^sealed:v1:([A-Za-z0-9_-]{1,32}):([A-Za-z0-9_-]+)$/.exec(sealed);
      if (!match) throw new SealError('this is no sealed secret');
      const [, keyId = '', encoded = ''] = match;
      const key = byId.get(keyId);
      if (!key) throw new SealError(`the key "${keyId}" is not among SECRET_KEYS`);
      const bytes = Buffer.from(encoded, 'base64url');
      // Node's decoder passes over a character too many: what is sealed has one spelling.
      if (bytes.toString('base64url') !== encoded) throw new SealError('the sealed secret was changed');
      return decrypt(bytes, key, boundTo);
    },
  };
}

function decrypt(bytes: Buffer, { keyId, key }: SecretKey, boundTo: Binding): string {
  if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealError('the sealed secret is too short');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const ciphertext = bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES);
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(associated(keyId, boundTo));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    throw new SealError('the sealed secret was changed, or belongs to something else');
  }
}

/** JSON keeps the parts apart, whatever characters they have. */
const associated = (keyId: string, { workspace, kind, id }: Binding): Buffer =>
  Buffer.from(JSON.stringify([keyId, workspace, kind, id]));
